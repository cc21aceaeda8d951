/* The image reader on any bytes: what it takes is in bounds, and what it does not, it says so. */
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "platform.h"
#include "target.h"

enum { RAM = 1 << 24 };

static volatile uint8_t seen;

/* Reads the segment's bytes as loading does: a sanitizer sees it where they are not there. */
static void check_segment(const struct segment *segment)
{
    for (uint64_t i = 0; i < segment->file_size; i++)
        seen = segment->bytes[i];
    check(segment->size && segment->file_size <= segment->size, "a segment's bytes fit");
    check(segment->pa >= RAM_BASE && segment->size <= RAM &&
              segment->pa - RAM_BASE <= RAM - segment->size,
          "a segment is in RAM");
}

static void check_image(const struct image *image)
{
    uint64_t value;
    check(image->segments > 0 && image->segments <= IMAGE_SEGMENTS, "there are segments");
    check(image_meets(image, image->entry, 1), "the entry is in a segment");
    check(!(image->entry & 1), "the entry can be a pc");
    for (unsigned i = 0; i < image->segments; i++) {
        check_segment(&image->segment[i]);
        for (unsigned j = 0; j < i; j++)
            check(image->segment[i].pa >= image->segment[j].pa + image->segment[j].size ||
                      image->segment[j].pa >= image->segment[i].pa + image->segment[i].size,
                  "segments do not overlap");
    }
    if (image_symbol_pa(image, "tohost", &value))
        check(value >= RAM_BASE && value - RAM_BASE <= RAM, "a symbol is in RAM");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[256] = "";
    struct complaint to = {"file", error, sizeof error};
    struct image_place place = {.ram_size = RAM, .flat_at = RAM_BASE};
    struct image image;
    if (!size) /* blob_read refuses it */
        return 0;
    struct blob file = {.bytes = malloc(size), .size = size};
    memcpy(file.bytes, data, size);
    if (image_parse(&image, file, &place, &to)) {
        check_image(&image);
        image_free(&image);
    } else {
        check(strncmp(error, "file: ", 6) == 0 && !strchr(error, '\n'), "one line says why");
    }
    return 0;
}
