/* An instruction of the source: its forms are tried in turn, and the one that fits is emitted, in
 * 16 bits where there is a form of them. */
#include <elf.h>
#include <string.h>

#include "directive.h"
#include "operand.h"
#include "sequence.h"

/* Everything that comes before the bits of an instruction. */
void insn_begin(struct as *as)
{
    section_mark(as, 'x', false);
    lines_insn(as);
}

void insn_emit_word(struct as *as, uint32_t word, unsigned size)
{
    uint8_t *at = section_more(as, size);
    for (unsigned i = 0; i < size; i++)
        at[i] = (uint8_t)(word >> 8 * i);
}

/* After what the linker may take away there is no fixed distance any more: a frag ends (cfi.c). */
static bool may_shrink(unsigned reloc)
{
    return reloc == R_RISCV_HI20 || reloc == R_RISCV_PCREL_HI20 || reloc == R_RISCV_TPREL_HI20 ||
           reloc == R_RISCV_TPREL_ADD;
}

void insn_emit_fixed(struct as *as, const struct insn *insn, unsigned reloc,
                     const struct expr *expr)
{
    if (reloc != R_RISCV_NONE)
        section_fixup(as, section_here(as), reloc, 4, expr);
    insn_emit_word(as, insn_encode(insn), 4);
    if (may_shrink(reloc))
        section_cut(as);
}

/* Which operand is which does not matter to these. */
static bool is_commutative(enum insn_id id)
{
    return id == INSN_add || id == INSN_addw || id == INSN_and || id == INSN_or || id == INSN_xor;
}

/* The 16-bit word for an instruction, as GNU as chooses it; 0: there is none. */
static uint32_t compress(const struct insn *insn, rvc_set_t rows)
{
    const rvc_set_t move = (rvc_set_t)1 << RVC_c_mv;
    uint32_t word = insn_compress(insn, rows);
    if (word)
        return word;
    struct insn other = *insn;
    bool adds_nothing = insn->id == INSN_addi && !insn->imm && insn->rs1;
    if (adds_nothing && !(rows & move)) /* `add a0, a0, 0`: the hint, as GNU as has it */
        return rows >> RVC_c_addi & 1 && insn->rd == insn->rs1
                   ? insn_encode_compressed(RVC_c_addi, insn)
                   : 0;
    if (adds_nothing) {
        other.id = INSN_add;
        other.rs1 = 0;
        other.rs2 = insn->rs1;
        return insn_compress(&other, rows & move);
    }
    if (!is_commutative((enum insn_id)insn->id))
        return 0;
    other.rs1 = insn->rs2;
    other.rs2 = insn->rs1;
    return insn_compress(&other, rows & ~move);
}

void insn_emit(struct as *as, const struct insn *insn, rvc_set_t rows)
{
    uint32_t half = as->mode.rvc ? compress(insn, rows) : 0;
    if (half) {
        insn_emit_word(as, half, 2);
        return;
    }
    insn_emit_word(as, insn_encode(insn), 4);
    if (insn->id == INSN_lui || insn->id == INSN_auipc) /* for GNU as, a number is a %hi too */
        section_cut(as);
}

/* A branch whose length is not known before the layout is. */
static void emit_branch(struct as *as, const struct operands *operands, bool is_rvc)
{
    struct frag *frag = section_tail(as, TAIL_BRANCH);
    frag->insn = operands->insn;
    frag->expr = operands->expr;
    frag->is_rvc = is_rvc;
}

/* An instruction or pseudo-instruction of one word. */
static void emit_form(struct as *as, const struct form *form, struct operands *operands)
{
    as->is_priv_used |= insn_table[form->id].class == CLASS_PRIVILEGED;
    struct insn fixed = insn_decode(form->match, ~(isa_t)0), *insn = &operands->insn;
    insn->rd |= form->mask & 0xf80 ? fixed.rd : 0;
    insn->rs1 |= form->mask & 0xf8000 ? fixed.rs1 : 0;
    insn->rs2 |= form->mask & 0x1f00000 ? fixed.rs2 : 0;
    if (!insn->imm)
        insn->imm = fixed.imm;
    if (operands->reloc == R_RISCV_BRANCH || operands->reloc == R_RISCV_JAL)
        emit_branch(as, operands, as->mode.rvc && compress(insn, form->rows));
    else if (operands->has_operator || operands->reloc != R_RISCV_NONE)
        insn_emit_fixed(as, insn, operands->reloc, &operands->expr);
    else
        insn_emit(as, insn, form->rows);
}

/* A 16-bit form by name: its bits must say what was written. False: they do not. */
static bool emit_compressed(struct as *as, const struct form *form, struct operands *operands)
{
    struct insn *insn = &operands->insn;
    if (operands->reloc == R_RISCV_BRANCH || operands->reloc == R_RISCV_JAL) {
        emit_branch(as, operands, true);
        return true;
    }
    uint32_t word = insn_encode_compressed((enum rvc_id)form->id, insn);
    struct insn means = insn_decode_compressed(word);
    bool says_it = means.id == insn->id && means.imm == insn->imm;
    for (const uint8_t *token = form->operands; *token && says_it; token++) {
        says_it = *token == OPERAND_RD || *token == OPERAND_FRD     ? means.rd == insn->rd
                  : *token == OPERAND_RS1 || *token == OPERAND_FRS1 ? means.rs1 == insn->rs1
                  : *token == OPERAND_RS2 || *token == OPERAND_FRS2 ? means.rs2 == insn->rs2
                                                                    : true;
    }
    if (says_it && !operands->has_operator)
        insn_emit_word(as, word, 2);
    else
        as_error(as, as->line, "%s has no bits for these operands; %s has", form->name,
                 insn_table[insn->id].name);
    return says_it;
}

/* The extension that a form needs and the mode lacks; NULL: none. */
static const char *missing_extension(const struct as *as, const struct form *form)
{
    if (form->kind == FORM_COMPRESSED)
        return !as->mode.rvc ? "c" : NULL;
    if (form->kind == FORM_SEQUENCE)
        return NULL;
    enum ext ext = insn_table[form->id].ext;
    const char *name = isa_ext_name(ext);
    return *name && !isa_has(as->mode.isa, ext) ? name : NULL;
}

static bool try_form(struct as *as, const struct form *form, struct operands *operands)
{
    uint16_t id = form->kind == FORM_COMPRESSED ? rvc_table[form->id].expands
                  : form->kind == FORM_SEQUENCE ? (uint16_t)form->access
                                                : form->id;
    *operands = (struct operands){.insn = {.id = id}, .reloc = R_RISCV_NONE};
    return operands_read(as, form, operands);
}

static void emit(struct as *as, const struct form *form, struct operands *operands)
{
    if (as->mode.rvc && strcmp(form->name, "unimp") == 0)
        insn_emit_word(as, 0, 2); /* zeros, which the manual keeps illegal for ever (ISA 16.5) */
    else if (form->kind == FORM_INSN)
        emit_form(as, form, operands);
    else if (form->kind == FORM_COMPRESSED)
        emit_compressed(as, form, operands);
    else
        sequence_emit(as, form, operands);
}

static void complain_of_name(struct as *as, struct text name)
{
    struct near near = near_begin(name);
    form_try_near(&near);
    const char *hint = scan_end(as) ? " (a label would end with a colon)" : "";
    as_error_near(as, name.at, &near, "unknown instruction '%.*s'%s", (int)name.size, name.at,
                  hint);
    as->at = as->line_end;
}

static void tell_operand(struct as *as, struct text name, const char *missing)
{
    as->is_trial = false;
    if (as->trial_at)
        as_error(as, as->trial_at, "%s", as->trial_text);
    else
        as_error(as, name.at,
                 "%.*s is of extension %s, which is not in the instruction set; see "
                 "--march",
                 (int)name.size, name.at, missing);
    as->at = as->line_end;
}

void insn_line(struct as *as, struct text name)
{
    const struct form *form = form_find(name);
    const char *operands_at = as->at, *missing = NULL;
    if (!form) {
        complain_of_name(as, name);
        return;
    }
    if (!section_check(as, "an instruction"))
        return;
    as->is_trial = true;
    as->trial_at = NULL;
    for (; form; form = form_next(form)) {
        struct operands operands;
        const char *lacks = missing_extension(as, form);
        if (lacks) {
            missing = lacks;
            continue;
        }
        as->at = operands_at;
        if (try_form(as, form, &operands)) {
            as->is_trial = false;
            insn_begin(as);
            emit(as, form, &operands);
            return;
        }
    }
    tell_operand(as, name, missing);
}
