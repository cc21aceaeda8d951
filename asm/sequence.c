/* Sequences: li of any number, addresses, calls, loads and stores of symbols, and extensions of
 * narrow values where Zbb and Zba are not there. */
#include "sequence.h"

#include <elf.h>

#include "pieces.h"

enum { ZERO = 0, RA = 1, T1 = 6 };

static void emit_immediate(struct as *as, enum insn_id id, unsigned rd, unsigned rs1, int64_t imm)
{
    struct insn insn = {.id = (uint16_t)id, .rd = (uint8_t)rd, .rs1 = (uint8_t)rs1, .imm = imm};
    insn_emit(as, &insn, RVC_ANY);
}

/* A number of 32 bits, sign-extended: its upper 20 bits, and what is missing then. */
static void load_32(struct as *as, unsigned rd, int64_t upper, int64_t lower)
{
    unsigned from = upper ? rd : ZERO; /* x0 holds no upper part, so it gets the rest too */
    if (upper)
        emit_immediate(as, INSN_lui, rd, 0, (int32_t)upper);
    if (lower || from == ZERO)
        emit_immediate(as, INSN_addiw, rd, from, lower);
}

/* Any number: its lower 12 bits are added to the rest, which is a shorter number shifted. This is
 * GNU as's way; others are shorter for some numbers. */
static void load_number(struct as *as, unsigned rd, int64_t number)
{
    int64_t lower = sign_extend((uint32_t)number & 0xfff, 12);
    int64_t upper = (int64_t)((uint64_t)number - (uint64_t)lower);
    if (number == (int32_t)number) {
        load_32(as, rd, upper, lower);
        return;
    }
    int shift = 12;
    while (!(upper >> shift & 1))
        shift++;
    load_number(as, rd, upper >> shift);
    emit_immediate(as, INSN_slli, rd, rd, shift);
    if (lower)
        emit_immediate(as, INSN_addi, rd, rd, lower);
}

/* auipc to a register, and then an instruction that adds the lower part, found by the label of the
 * first. */
static void emit_pcrel(struct as *as, unsigned through, struct insn last, unsigned hi_reloc,
                       const struct expr *expr)
{
    struct insn auipc = {.id = INSN_auipc, .rd = (uint8_t)through};
    struct expr label = expr_here(as);
    bool is_store = insn_table[last.id].format == FMT_S;
    last.rs1 = (uint8_t)through;
    insn_emit_fixed(as, &auipc, hi_reloc, expr);
    insn_emit_fixed(as, &last, is_store ? R_RISCV_PCREL_LO12_S : R_RISCV_PCREL_LO12_I, &label);
}

static void emit_address(struct as *as, const struct operands *operands, enum insn_id id,
                         unsigned hi_reloc)
{
    unsigned rd = operands->insn.rd;
    if (operands->expr.kind == EXPR_NUMBER)
        load_number(as, rd, operands->expr.number);
    else if (operands->expr.number != (int32_t)operands->expr.number)
        as_error(as, as->line, "the offset from %s has more than 32 bits",
                 operands->expr.add->name);
    else
        emit_pcrel(as, rd, (struct insn){.id = (uint16_t)id, .rd = (uint8_t)rd}, hi_reloc,
                   &operands->expr);
}

/* auipc and jalr, which the linker makes a jal where that reaches. */
static void emit_call(struct as *as, const struct operands *operands, unsigned link,
                      unsigned through)
{
    struct insn auipc = {.id = INSN_auipc, .rd = (uint8_t)through};
    struct insn jalr = {.id = INSN_jalr, .rd = (uint8_t)link, .rs1 = (uint8_t)through};
    insn_emit_fixed(as, &auipc, R_RISCV_CALL_PLT, &operands->expr);
    insn_emit_fixed(as, &jalr, R_RISCV_NONE, NULL);
    section_cut(as);
}

/* The lower bits of a register, with their sign or with zeros above. */
static void emit_extension(struct as *as, const struct operands *operands, enum insn_id down,
                           int bits)
{
    unsigned rd = operands->insn.rd;
    emit_immediate(as, INSN_slli, rd, operands->insn.rs1, 64 - bits);
    emit_immediate(as, down, rd, rd, 64 - bits);
}

void sequence_emit(struct as *as, const struct form *form, const struct operands *operands)
{
    struct insn last = operands->insn;
    switch ((enum sequence_id)form->id) {
    case SEQUENCE_li:
        load_number(as, last.rd, operands->expr.number);
        break;
    case SEQUENCE_la:
        emit_address(as, operands, as->mode.pic ? INSN_ld : INSN_addi,
                     as->mode.pic ? R_RISCV_GOT_HI20 : R_RISCV_PCREL_HI20);
        break;
    case SEQUENCE_lla:
        emit_address(as, operands, INSN_addi, R_RISCV_PCREL_HI20);
        break;
    case SEQUENCE_la_tls_gd:
        emit_address(as, operands, INSN_addi, R_RISCV_TLS_GD_HI20);
        break;
    case SEQUENCE_la_tls_ie:
        emit_address(as, operands, INSN_ld, R_RISCV_TLS_GOT_HI20);
        break;
    case SEQUENCE_call_by:
        emit_call(as, operands, last.rd, T1);
        break;
    case SEQUENCE_call:
        emit_call(as, operands, RA, RA);
        break;
    case SEQUENCE_tail:
        emit_call(as, operands, ZERO, T1);
        break;
    case SEQUENCE_jump:
        emit_call(as, operands, ZERO, last.rd);
        break;
    case SEQUENCE_sext_b:
        emit_extension(as, operands, INSN_srai, 8);
        break;
    case SEQUENCE_sext_h:
        emit_extension(as, operands, INSN_srai, 16);
        break;
    case SEQUENCE_zext_h:
        emit_extension(as, operands, INSN_srli, 16);
        break;
    case SEQUENCE_zext_w:
        emit_extension(as, operands, INSN_srli, 32);
        break;
    case SEQUENCE_load:
        emit_pcrel(as, insn_table[last.id].operands[0] == 'f' ? last.rs1 : last.rd, last,
                   R_RISCV_PCREL_HI20, &operands->expr);
        break;
    case SEQUENCE_store:
        emit_pcrel(as, last.rs1, last, R_RISCV_PCREL_HI20, &operands->expr);
        break;
    }
}
