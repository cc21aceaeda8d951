/* The disassembler: the text of an instruction, spelled as GNU objdump spells it, so that one can
 * be held against the other. */
#ifndef DIS_H
#define DIS_H

#include "form.h"

/* The symbol that an address belongs to: its name and how far into it the address is; NULL: none.
 */
typedef const char *dis_symbol_fn(void *world, uint64_t address, uint64_t *offset);

struct dis {
    isa_t isa;
    bool is_canonical;     /* no aliases, and 16-bit forms under their own names */
    bool is_numeric;       /* x10, not a0 */
    dis_symbol_fn *symbol; /* NULL: addresses are plain numbers */
    void *world;

    /* What lui and auipc left in each register, to name the address that the next instruction
     * makes of it; valid where a bit of `known` is set. */
    uint64_t upper[32];
    uint32_t known;
    uint64_t gp; /* of the program, where it says so */
    bool has_gp;
};

/* Writes the text of the instruction at `pc` whose bits are `word`: mnemonic, tab, operands. What
 * is no instruction is `.insn LENGTH, WORD`. Returns its length in bytes. */
unsigned dis_insn(struct dis *dis, uint32_t word, uint64_t pc, char *text, size_t size);

/* The words of an instruction, by field, drawn as the manual draws it, in some lines. */
void dis_explain(struct dis *dis, uint32_t word, uint64_t pc, char *text, size_t size);

#endif
