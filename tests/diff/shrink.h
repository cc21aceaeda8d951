/* From a case that differs to the least that still does. */
#ifndef SHRINK_H
#define SHRINK_H

#include "pair.h"

/* Makes `slot`, which differs on the two sides of `pair`, as small as it gets: instructions become
 * nops, registers, CSRs and memory zero, as long as it still differs. Uses the pair for itself.
 * False: it does not differ, or QEMU does not work. */
bool shrink(struct pair *pair, uint8_t *slot);

/* Prints the instructions that are left, a line each, with the bytes in their place. */
void print_code(const uint8_t *slot, isa_t isa, FILE *out);

/* How many instructions that are no nops it has. */
unsigned count_code(const uint8_t *slot);

#endif
