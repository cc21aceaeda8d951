/* Images: what the machine starts, read from a file and kept in memory, so that a reboot does not
 * depend on the file again.
 *
 * A file is hostile. It is checked once, here; whoever has a struct image can trust its bounds. */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IMAGE_SEGMENTS = 64 };

/* `file_size` bytes of the file go to physical `pa`; the rest, up to `size`, is zero. */
struct segment {
    uint64_t pa, va, size;
    const uint8_t *bytes;
    uint64_t file_size;
};

struct image {
    uint64_t entry; /* physical */
    struct segment segment[IMAGE_SEGMENTS];
    unsigned segments;

    /* Owned: the file, and libelf's view of it; elf is NULL for a flat image. */
    uint8_t *file;
    size_t file_size;
    struct Elf *elf;
};

/* Reads an ELF executable (64-bit RISC-V, little-endian; segments go to their p_paddr), or anything
 * else as a flat image for address `flat_at`; all of it must lie in the `ram_size` bytes at
 * RAM_BASE. False: one line about it is in `error`, and there is nothing to free. */
bool image_read(struct image *image, const char *path, uint64_t flat_at, uint64_t ram_size,
                char *error, size_t error_size);
void image_free(struct image *image);

/* The value of an ELF symbol. False: there is none of that name. */
bool image_symbol(const struct image *image, const char *name, uint64_t *value);

/* The physical address of an ELF symbol that lies in a segment. False: there is none. */
bool image_symbol_pa(const struct image *image, const char *name, uint64_t *pa);

/* True when [pa, pa + size) meets a segment. */
bool image_meets(const struct image *image, uint64_t pa, uint64_t size);

#endif
