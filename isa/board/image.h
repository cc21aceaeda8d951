/* Images: what the machine starts, read from a file and kept in memory: an ELF executable, a Linux
 * kernel in the form that boot loaders take, or bytes as they are.
 *
 * A file is hostile. It is checked once, here; whoever has a struct image can trust its bounds. */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blob.h"

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
    unsigned segments; /* 0: there is no image */

    /* Owned: the file, and libelf's view of it, which only an ELF file has. */
    struct blob file;
    struct Elf *elf;
};

/* Where an image may go that does not say it itself. */
struct image_place {
    uint64_t ram_size; /* all of it must lie in so many bytes at RAM_BASE */
    uint64_t flat_at;  /* where a flat image goes */
    bool is_chosen;    /* and, because the user says so, a Linux kernel too */
};

/* Reads an ELF executable (64-bit RISC-V, little-endian; segments go to their p_paddr), a Linux
 * kernel (known by its header, which says where it goes), or anything else as a flat image. False:
 * it complained, and there is nothing to free. */
bool image_read(struct image *image, const struct image_place *place, const struct complaint *to);

/* The same from bytes in memory, which the image takes over. */
bool image_parse(struct image *image, struct blob file, const struct image_place *place,
                 const struct complaint *to);
void image_free(struct image *image);

/* The value of an ELF symbol. False: there is none of that name. */
bool image_symbol(const struct image *image, const char *name, uint64_t *value);

/* The physical address of an ELF symbol that lies in a segment. False: there is none. */
bool image_symbol_pa(const struct image *image, const char *name, uint64_t *pa);

/* True when [pa, pa + size) meets a segment. */
bool image_meets(const struct image *image, uint64_t pa, uint64_t size);

/* For readers of a format. Adds a segment, if it is in RAM and meets no other; else complains. */
bool image_add_segment(struct image *image, struct segment segment, uint64_t ram_size,
                       const struct complaint *to);

/* Where `va`, in a segment or up to `beyond` bytes behind one, lies in memory. */
bool image_to_physical(const struct image *image, uint64_t va, unsigned beyond, uint64_t *pa);

/* elf_image.c: takes the ELF file that is in image->file apart. */
bool image_is_elf(const struct image *image);
bool image_read_elf(struct image *image, uint64_t ram_size, const struct complaint *to);
void image_end_elf(struct image *image);

#endif
