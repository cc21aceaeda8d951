/* Comparing two machines that should be the same. */
#ifndef AGREE_H
#define AGREE_H

#include <stdio.h>

#include "machine.h"

/* True when harts, CSRs, steps, devices, and memory in [from, from + size) are the same on both
 * sides. What is not, is told to `out` (NULL: nobody). */
bool agree(const struct machine *a, const struct machine *b, uint64_t from, uint64_t size,
           FILE *out);

#endif
