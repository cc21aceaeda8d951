/* Cases as text: what once differed, kept small, with what is right.
 *
 *   isa STRING
 *   before                 what the slot starts with,
 *   OFFSET VALUE           a doubleword a line, in hexadecimal; all others are zero
 *   after                  and the doublewords that are different at the end.
 *   OFFSET VALUE
 *
 * A line that starts with # is a comment. */
#ifndef KEPT_H
#define KEPT_H

#include <stdio.h>

#include "slot.h"
#include "isa.h"

struct kept {
    isa_t isa;
    uint8_t before[SLOT_SIZE], after[SLOT_SIZE];
};

/* False: `path` cannot be read, or is no such file; errno or one line on stderr says why. */
bool kept_load(struct kept *kept, const char *path);

void kept_print(const struct kept *kept, const char *title, FILE *out);

#endif
