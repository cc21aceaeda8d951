/* The device tree of a board: what a guest is told about its machine, as QEMU's virt tells it. */
#ifndef DTB_H
#define DTB_H

#include <stddef.h>
#include <stdint.h>

struct board_config;

/* Where an initial RAM disk lies in guest memory: [start, end). */
struct dtb_initrd {
    uint64_t start, end;
};

/* Makes the tree for `config`; the same configuration gives the same bytes. `initrd` may be NULL.
 * The caller frees the result. NULL: no memory. */
uint8_t *dtb_make(const struct board_config *config, const struct dtb_initrd *initrd, size_t *size);

#endif
