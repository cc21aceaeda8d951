/* Pseudo-instructions that are more than one instruction. */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include "operand.h"

void sequence_emit(struct as *as, const struct form *form, const struct operands *operands);

#endif
