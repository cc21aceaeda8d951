/* Page frames: the only memory allocator. A frame is named by its address, and counts the
 * references to it, so that address spaces can share it. */
#ifndef PAGE_H
#define PAGE_H

#include <stdint.h>

/* Gives the allocator the memory between two physical addresses. */
void page_init(uint64_t start, uint64_t end);

/* A frame with one reference and any contents, or NULL if none is left. */
void *page_take(void);

/* The same, full of zeros. */
void *page_take_zeroed(void);

/* One more reference. */
void page_share(void *page);

/* One reference less; the last one frees the frame. */
void page_put(void *page);

/* How many references there are. */
uint32_t page_references(void *page);

uint64_t page_total(void);
uint64_t page_free(void);

#endif
