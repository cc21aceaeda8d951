/* Files that are read whole, once, and kept: what goes into guest memory must not change under our
 * feet, and a reboot must not depend on the file again. */
#ifndef BLOB_H
#define BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a complaint goes, and about which file. */
struct complaint {
    const char *path;
    char *text;
    size_t size;
};

/* Says what is wrong with the file, in one line, and is false. */
__attribute__((format(printf, 2, 3))) bool complain(const struct complaint *to, const char *format,
                                                    ...);

struct blob {
    uint8_t *bytes; /* owned; NULL: there is none */
    size_t size;
};

/* Reads a regular file, neither empty nor larger than 1 GiB. False: it complained, and there is
 * nothing to free. */
bool blob_read(struct blob *blob, const struct complaint *to);
void blob_free(struct blob *blob);

#endif
