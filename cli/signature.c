/* Writing a signature file, and memory as it is. */
#include "signature.h"

#include <stdio.h>
#include <stdlib.h>

#include "file.h"

/* A line: the bytes of a little-endian number, highest first. */
static size_t put_line(char *text, const uint8_t *bytes, unsigned granularity)
{
    size_t used = 0;
    for (unsigned i = granularity; i-- > 0;)
        used += (size_t)sprintf(text + used, "%02x", bytes[i]);
    text[used++] = '\n';
    return used;
}

static bool write_lines(const char *path, unsigned granularity, const uint8_t *bytes, uint64_t size)
{
    char *text = malloc(3 * size + 64); /* a byte is two digits, and at most a line */
    if (!text)
        return false;
    size_t used = 0;
    for (uint64_t at = 0; at < size; at += granularity)
        used += put_line(text + used, bytes + at, granularity);
    bool done = file_write(path, (const uint8_t *)text, used);
    free(text);
    return done;
}

bool signature_write(const char *path, unsigned granularity, const struct image *image,
                     struct platform *platform)
{
    uint64_t begin, end;
    if (!image_symbol_pa(image, "begin_signature", &begin) ||
        !image_symbol_pa(image, "end_signature", &end) || begin > end ||
        end - begin > platform->ram_size) {
        fprintf(stderr, "trapeze: --signature: the image has no begin_signature and "
                        "end_signature\n");
        return false;
    }
    uint64_t size = (end - begin + granularity - 1) / granularity * granularity;
    uint8_t *bytes = calloc(1, size + 1);
    bool done = bytes && platform->dma(platform->owner, begin, bytes, end - begin, false) &&
                write_lines(path, granularity, bytes, size);
    free(bytes);
    return done;
}

bool signature_dump(const char *path, struct platform *platform)
{
    uint8_t *bytes = malloc(platform->ram_size);
    if (!bytes)
        fprintf(stderr, "trapeze: --dump-memory: no memory to copy the guest's\n");
    bool done = bytes &&
                platform->dma(platform->owner, RAM_BASE, bytes, platform->ram_size, false) &&
                file_write(path, bytes, platform->ram_size);
    free(bytes);
    return done;
}
