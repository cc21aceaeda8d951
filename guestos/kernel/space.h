/* Address spaces of processes: which addresses are allowed, and the page table that gives frames
 * to those that were used. */
#ifndef SPACE_H
#define SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "kmap.h"

/* A range of pages with the same permission: PTE_R, PTE_W, PTE_X. */
struct region {
    uint64_t start, end;
    uint64_t permission;
};

enum { REGION_STACK, REGION_HEAP, REGION_SEGMENT, REGIONS = REGION_SEGMENT + 4 };

/* The regions say what a process may do; the table holds what it did. Each frame in the table
 * has one reference for being there. */
struct space {
    pte_t *root;   /* NULL: no space */
    uint64_t asid; /* 0 if the hardware has too few */
    uint64_t brk;  /* the end of the heap in bytes; its region ends at the next page */
    struct region region[REGIONS];
};

enum access { ACCESS_FETCH, ACCESS_LOAD, ACCESS_STORE };
enum fault { FAULT_CURED, FAULT_BAD_ACCESS, FAULT_NO_MEMORY };

/* Finds out how many address space identifiers the hardware has. */
void space_init(void);

/* The identifier for the space of the process in this slot. */
uint64_t space_asid(unsigned slot);

/* Makes an empty space under this identifier; false if memory is short. */
bool space_make(struct space *space, uint64_t asid);

/* Fills `child`, made empty, with a copy of the parent's regions and pages. No frame is copied:
 * both spaces share all of them, and lose the right to write until space_fault copies. False if
 * memory is short; the child may then be dropped. */
bool space_share(struct space *parent, struct space *child);

/* Frees every page and table. The space must not be in satp, except another one replaced it
 * there under the same asid. */
void space_drop(struct space *space);

/* Translates through this space from now on; NULL: through the kernel's own. */
void space_activate(const struct space *space);

/* Answers a page fault at this address. Allowed by its region, the access is made possible:
 * a page that is missing is given, zeroed; a page that is shared for copy-on-write is copied,
 * or, if no one else has it any more, made writable again. */
enum fault space_fault(struct space *space, uint64_t va, enum access access);

/* Puts a frame at a page of the space that has none yet. The space takes over the reference.
 * False if memory is short. */
bool space_map(struct space *space, uint64_t va, void *page, uint64_t permission);

/* Moves the end of the heap by this many bytes and gives the old end, or -ENOMEM. */
int64_t space_grow(struct space *space, int64_t bytes);

/* How many pages are in the table. */
uint64_t space_pages(const struct space *space);

#endif
