/* What is kept of the guest's memory when it has ended: all of it, or a signature, the part by
 * which a test program of the RISC-V suites shows what it computed. */
#ifndef SIGNATURE_H
#define SIGNATURE_H

#include "image.h"
#include "platform.h"

/* Writes guest memory between the symbols begin_signature and end_signature of `image` to the file
 * `path`: a line every `granularity` bytes (1, 2, 4, 8 or 16), as one lower-case hexadecimal
 * number, the last filled up with zeroes. False: it said why. */
bool signature_write(const char *path, unsigned granularity, const struct image *image,
                     struct platform *platform);

/* Writes all of the guest's memory to the file `path`. False: it said why. */
bool signature_dump(const char *path, struct platform *platform);

#endif
