/* A program that runs, without a linker: the sections one after the other from a base on, and every
 * relocation done. */
#ifndef IMAGE_WRITE_H
#define IMAGE_WRITE_H

#include "as.h"

/* The bytes from `base` on (flat), or an ELF program that starts at _start, or else at its
 * beginning; the caller frees them. NULL: it has said why. */
uint8_t *image_write(struct as *as, uint64_t base, bool is_flat, size_t *size);

#endif
