/* The compressed extension: 16-bit forms, decoded as the base instructions that they stand for.
 *
 * Each format is a rule that picks registers and gathers the immediate's scattered bits; the rows
 * of compressed.def name the rule. */
#include "insn.h"

enum rvc_format {
    RVC_CIW,
    RVC_CL_W,
    RVC_CL_D,
    RVC_CS_W,
    RVC_CS_D,
    RVC_CI,
    RVC_CI_RD,
    RVC_CI_LI,
    RVC_CI_16SP,
    RVC_CI_LUI,
    RVC_CI_SH,
    RVC_CI_LWSP,
    RVC_CI_LDSP,
    RVC_CI_FLDSP,
    RVC_CB_SH,
    RVC_CB_IMM,
    RVC_CA,
    RVC_CJ,
    RVC_CB,
    RVC_CR,
    RVC_CR_MV,
    RVC_CR_JR,
    RVC_CR_JALR,
    RVC_CR_N,
    RVC_CSS_W,
    RVC_CSS_D,
};

static const struct {
    uint16_t match, mask;
    uint8_t format;
    uint8_t expands;
} rows[RVC_COUNT] = {
#define RVC(name, format, match, mask, operands, expands)                                          \
    [RVC_##name] = {match, mask, RVC_##format, INSN_##expands},
#include "compressed.def"
};

enum { ZERO = 0, RA = 1, SP = 2 };

/* Bits high..low of the word, moved to start at bit `to`. */
static uint32_t bits(uint32_t word, int high, int low, int to)
{
    return (word >> low & (((uint32_t)1 << (high - low + 1)) - 1)) << to;
}

/* Fills the operands of `insn` (word, all registers zero) by its format. False: a reserved word. */
/* NOLINTNEXTLINE(readability-function-size): a dispatcher, a case a format */
static bool fill_operands(struct insn *insn, enum rvc_format format)
{
    uint32_t w = insn->word;
    uint8_t full = (uint8_t)bits(w, 11, 7, 0); /* rd or rs1 of the formats with whole fields */
    uint8_t rs2 = (uint8_t)bits(w, 6, 2, 0);
    uint8_t high = (uint8_t)(8 + bits(w, 9, 7, 0)); /* x8 to x15 */
    uint8_t low = (uint8_t)(8 + bits(w, 4, 2, 0));
    int64_t imm6 = sign_extend(bits(w, 12, 12, 5) | bits(w, 6, 2, 0), 6);
    uint32_t shamt = bits(w, 12, 12, 5) | bits(w, 6, 2, 0);
    uint32_t word_offset = bits(w, 12, 10, 3) | bits(w, 6, 6, 2) | bits(w, 5, 5, 6);
    uint32_t double_offset = bits(w, 12, 10, 3) | bits(w, 6, 5, 6);

    switch (format) {
    case RVC_CIW:
        insn->rd = low;
        insn->rs1 = SP;
        insn->imm = bits(w, 12, 11, 4) | bits(w, 10, 7, 6) | bits(w, 6, 6, 2) | bits(w, 5, 5, 3);
        return insn->imm != 0;
    case RVC_CL_W:
    case RVC_CL_D:
        insn->rd = low;
        insn->rs1 = high;
        insn->imm = format == RVC_CL_W ? word_offset : double_offset;
        return true;
    case RVC_CS_W:
    case RVC_CS_D:
        insn->rs2 = low;
        insn->rs1 = high;
        insn->imm = format == RVC_CS_W ? word_offset : double_offset;
        return true;
    case RVC_CI:
    case RVC_CI_RD:
        insn->rd = insn->rs1 = full;
        insn->imm = imm6;
        return format == RVC_CI || full != 0;
    case RVC_CI_LI:
        insn->rd = full;
        insn->imm = imm6;
        return true;
    case RVC_CI_16SP:
        insn->rd = insn->rs1 = SP;
        insn->imm = sign_extend(bits(w, 12, 12, 9) | bits(w, 6, 6, 4) | bits(w, 5, 5, 6) |
                                    bits(w, 4, 3, 7) | bits(w, 2, 2, 5),
                                10);
        return insn->imm != 0;
    case RVC_CI_LUI:
        insn->rd = full;
        insn->imm = imm6 * 4096;
        return imm6 != 0;
    case RVC_CI_SH:
        insn->rd = insn->rs1 = full;
        insn->imm = shamt;
        return true;
    case RVC_CI_LWSP:
        insn->rd = full;
        insn->rs1 = SP;
        insn->imm = bits(w, 12, 12, 5) | bits(w, 6, 4, 2) | bits(w, 3, 2, 6);
        return full != 0;
    case RVC_CI_LDSP:
    case RVC_CI_FLDSP:
        insn->rd = full;
        insn->rs1 = SP;
        insn->imm = bits(w, 12, 12, 5) | bits(w, 6, 5, 3) | bits(w, 4, 2, 6);
        return format == RVC_CI_FLDSP || full != 0; /* f0 is a register as any */
    case RVC_CB_SH:
        insn->rd = insn->rs1 = high;
        insn->imm = shamt;
        return true;
    case RVC_CB_IMM:
        insn->rd = insn->rs1 = high;
        insn->imm = imm6;
        return true;
    case RVC_CA:
        insn->rd = insn->rs1 = high;
        insn->rs2 = low;
        return true;
    case RVC_CJ:
        insn->imm = sign_extend(bits(w, 12, 12, 11) | bits(w, 11, 11, 4) | bits(w, 10, 9, 8) |
                                    bits(w, 8, 8, 10) | bits(w, 7, 7, 6) | bits(w, 6, 6, 7) |
                                    bits(w, 5, 3, 1) | bits(w, 2, 2, 5),
                                12);
        return true;
    case RVC_CB:
        insn->rs1 = high;
        insn->imm = sign_extend(bits(w, 12, 12, 8) | bits(w, 11, 10, 3) | bits(w, 6, 5, 6) |
                                    bits(w, 4, 3, 1) | bits(w, 2, 2, 5),
                                9);
        return true;
    case RVC_CR:
        insn->rd = insn->rs1 = full;
        insn->rs2 = rs2;
        return true;
    case RVC_CR_MV:
        insn->rd = full;
        insn->rs2 = rs2;
        return true;
    case RVC_CR_JR:
        insn->rs1 = full;
        return full != 0;
    case RVC_CR_JALR:
        insn->rd = RA;
        insn->rs1 = full;
        return full != 0;
    case RVC_CR_N:
        return true;
    case RVC_CSS_W:
        insn->rs1 = SP;
        insn->rs2 = rs2;
        insn->imm = bits(w, 12, 9, 2) | bits(w, 8, 7, 6);
        return true;
    case RVC_CSS_D:
        insn->rs1 = SP;
        insn->rs2 = rs2;
        insn->imm = bits(w, 12, 10, 3) | bits(w, 9, 7, 6);
        return true;
    }
    return false;
}

struct insn insn_decode_compressed(uint32_t word)
{
    struct insn insn = {.id = INSN_ILLEGAL, .length = 2, .word = word};
    for (int row = 0; row < RVC_COUNT; row++) {
        if ((word & rows[row].mask) != rows[row].match)
            continue;
        if (fill_operands(&insn, rows[row].format))
            insn.id = rows[row].expands;
        break;
    }
    return insn;
}
