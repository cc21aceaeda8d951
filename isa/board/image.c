/* Images by their kinds. The header of a Linux kernel is that of the kernel's own documentation
 * (arch/riscv/boot-image-header). */
#include "image.h"

#include <string.h>

#include "platform.h"

#define KERNEL_ALIGN 0x200000 /* a kernel maps itself by pages of 2 MiB */

/* A Linux kernel begins so; all numbers are little-endian. `magic` is a string of four. */
struct kernel_header {
    uint32_t code[2];
    uint64_t text_offset; /* from the start of RAM */
    uint64_t image_size;  /* what it needs in memory, from its first byte; 0: not said */
    uint64_t flags;       /* bit 0: big-endian */
    uint32_t version, reserved[5];
    char magic[4];
    uint32_t reserved_too;
};

static bool meets(const struct segment *segment, uint64_t pa, uint64_t size)
{
    return pa < segment->pa + segment->size && segment->pa < pa + size;
}

bool image_meets(const struct image *image, uint64_t pa, uint64_t size)
{
    for (unsigned i = 0; i < image->segments; i++)
        if (meets(&image->segment[i], pa, size))
            return true;
    return false;
}

/* Differences instead of sums: nothing here can wrap. */
bool image_add_segment(struct image *image, struct segment segment, uint64_t ram_size,
                       const struct complaint *to)
{
    uint64_t offset = segment.pa - RAM_BASE;
    if (offset >= ram_size || segment.size > ram_size - offset)
        return complain(to, "%#llx bytes at %#llx are not in RAM (%#llx bytes at %#llx)",
                        (unsigned long long)segment.size, (unsigned long long)segment.pa,
                        (unsigned long long)ram_size, (unsigned long long)RAM_BASE);
    if (image_meets(image, segment.pa, segment.size))
        return complain(to, "the segment at %#llx overlaps another",
                        (unsigned long long)segment.pa);
    if (image->segments == IMAGE_SEGMENTS)
        return complain(to, "more than %d segments", IMAGE_SEGMENTS);
    image->segment[image->segments++] = segment;
    return true;
}

bool image_to_physical(const struct image *image, uint64_t va, unsigned beyond, uint64_t *pa)
{
    for (unsigned i = 0; i < image->segments; i++) {
        const struct segment *segment = &image->segment[i];
        if (va - segment->va < segment->size + beyond) {
            *pa = segment->pa + (va - segment->va);
            return true;
        }
    }
    return false;
}

static bool read_flat(struct image *image, uint64_t pa, uint64_t size,
                      const struct image_place *place, const struct complaint *to)
{
    image->entry = pa;
    return image_add_segment(image,
                             (struct segment){.pa = pa,
                                              .va = pa,
                                              .size = size,
                                              .bytes = image->file.bytes,
                                              .file_size = image->file.size},
                             place->ram_size, to);
}

/* Takes the header of a Linux kernel. False: the file has none. */
static bool read_kernel_header(const struct image *image, struct kernel_header *header)
{
    if (image->file.size < sizeof *header)
        return false;
    memcpy(header, image->file.bytes, sizeof *header);
    return memcmp(header->magic, "RSC\5", sizeof header->magic) == 0;
}

static bool read_kernel(struct image *image, const struct kernel_header *header,
                        const struct image_place *place, const struct complaint *to)
{
    uint64_t own = RAM_BASE + header->text_offset;
    uint64_t pa = place->is_chosen || own < place->flat_at ? place->flat_at : own;
    uint64_t size = header->image_size > image->file.size ? header->image_size : image->file.size;
    if (header->flags & 1)
        return complain(to, "a big-endian Linux kernel");
    if (pa % KERNEL_ALIGN)
        return complain(to, "a Linux kernel goes to a multiple of 2 MiB, not to %#llx",
                        (unsigned long long)pa);
    return read_flat(image, pa, size, place, to);
}

static bool parse(struct image *image, const struct image_place *place, const struct complaint *to)
{
    struct kernel_header header;
    if (image_is_elf(image))
        return image_read_elf(image, place->ram_size, to);
    if (read_kernel_header(image, &header))
        return read_kernel(image, &header, place, to);
    return read_flat(image, place->flat_at, image->file.size, place, to);
}

bool image_parse(struct image *image, struct blob file, const struct image_place *place,
                 const struct complaint *to)
{
    *image = (struct image){.file = file};
    bool done = parse(image, place, to);
    if (done && image->entry & 1) /* no pc is odd */
        done = complain(to, "it would start at an odd address, %#llx",
                        (unsigned long long)image->entry);
    if (!done)
        image_free(image);
    return done;
}

bool image_read(struct image *image, const struct image_place *place, const struct complaint *to)
{
    struct blob file;
    return blob_read(&file, to) && image_parse(image, file, place, to);
}

void image_free(struct image *image)
{
    image_end_elf(image);
    blob_free(&image->file);
    *image = (struct image){0};
}

bool image_symbol_pa(const struct image *image, const char *name, uint64_t *pa)
{
    uint64_t va;
    if (!image_symbol(image, name, &va))
        return false;
    /* A symbol may mark a segment's end; another segment may start there, and comes first. */
    return image_to_physical(image, va, 0, pa) || image_to_physical(image, va, 1, pa);
}
