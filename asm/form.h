/* Forms: everything that can stand at the head of an assembly line, with the operands that it
 * takes. Rows of insn.def, compressed.def and pseudo.def become forms of one kind, so assembler and
 * disassembler have one table.
 *
 * Names of forms have the manual's dots. */
#ifndef FORM_H
#define FORM_H

#include "insn.h"
#include "near.h"

/* What an operand syntax is made of. Characters (comma, parentheses) stand for themselves. */
enum operand {
    OPERAND_END,
    OPERAND_RD = 128,
    OPERAND_RS1,
    OPERAND_RS2,
    OPERAND_FRD,
    OPERAND_FRS1,
    OPERAND_FRS2,
    OPERAND_FRS3,
    OPERAND_FRS, /* rs1 and rs2 alike */
    OPERAND_SP,
    OPERAND_IMM,
    OPERAND_OFFSET, /* an immediate before a register in parentheses, or nothing */
    OPERAND_ZERO,   /* nothing, or a 0, before a register in parentheses */
    OPERAND_SHAMT,
    OPERAND_UIMM20,
    OPERAND_UIMM5,
    OPERAND_TARGET,
    OPERAND_CSR,
    OPERAND_PRED,
    OPERAND_SUCC,
    OPERAND_RM,
    OPERAND_CONSTANT, /* any 64-bit number */
    OPERAND_SYMBOL,
    OPERAND_ADDRESS, /* a symbol or a number */
    OPERAND_CALLEE,
    OPERAND_TPREL, /* %tprel_add(symbol), which marks the instruction */
};

enum form_kind {
    FORM_INSN,
    FORM_COMPRESSED, /* `id` is a row of compressed.def */
    FORM_SEQUENCE,   /* `id` is an enum sequence_id */
};

enum form_use { USE_CANONICAL, USE_ALIAS, USE_SYNONYM };

enum sequence_id {
#define PSEUDO(...)
#define SEQUENCE(name, operands, expand) SEQUENCE_##expand,
#include "pseudo.def"
    SEQUENCE_load,  /* rd, symbol: through rd or a register that is named */
    SEQUENCE_store, /* rs2, symbol, a register */
};

enum { FORM_OPERANDS = 12 };

struct form {
    const char *name;
    const char *syntax;
    uint32_t match, mask;
    rvc_set_t rows; /* that may be chosen instead */
    uint16_t id;
    uint8_t kind, use;
    uint8_t access; /* of SEQUENCE_load and SEQUENCE_store: the instruction */
    uint8_t operands[FORM_OPERANDS];
};

extern const struct form *forms;
extern unsigned form_count;

/* Builds the table, once. To be called before anything else here. */
void form_init(void);

/* The first form of a name, or NULL; then the next of the same name, or NULL. */
const struct form *form_find(struct text name);
const struct form *form_next(const struct form *form);

/* The form that names a decoded 32-bit instruction whose word this is; never NULL. */
const struct form *form_of(const struct insn *insn, uint32_t word, bool wants_alias);

/* The rounding mode of an instruction where none is said: dyn, or rne where the result is exact and
 * GNU as says rne. */
unsigned form_default_rounding(enum insn_id id);

/* Tries all names. */
void form_try_near(struct near *near);

#endif
