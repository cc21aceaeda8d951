/* One instruction as it was written: the operands of a form, read from the line. */
#ifndef OPERAND_H
#define OPERAND_H

#include "as.h"
#include "form.h"

struct operands {
    struct insn insn;  /* with the id of the form's instruction */
    struct expr expr;  /* what a relocation is to put in; or the operand of a sequence */
    unsigned reloc;    /* R_RISCV_NONE: none */
    bool has_operator; /* %lo and the like, also of a number */
};

/* Reads the operands of a form to the end of the statement. False: they are not of this form; it
 * has said why. */
bool operands_read(struct as *as, const struct form *form, struct operands *operands);

/* Reads a register of either kind, x or f. */
bool operands_read_register(struct as *as, uint8_t *number);

/* Reads one operand by itself, of the instruction whose id is in *operands. */
bool operands_read_one(struct as *as, enum operand operand, struct operands *operands);

#endif
