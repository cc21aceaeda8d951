/* Words of instructions, made from the rows of insn.def: what tests write their programs with. */
#ifndef ENCODE_H
#define ENCODE_H

#include "insn.h"

/* Bits [high:low] of `value`, moved to `at`. */
static inline uint32_t put(uint64_t value, int high, int low, int at)
{
    return (uint32_t)(value >> low & (((uint64_t)1 << (high - low + 1)) - 1)) << at;
}

/* The word of instruction `id`; what its format has no place for is left out. `imm` is the
 * immediate as the instruction means it: an offset in bytes, a CSR's number; of U, a multiple of
 * 4096. CSR forms with an immediate operand have it in rs1. Where there is a rounding mode,
 * imm is that, with rs3 above it (from bit 3 on). */
static inline uint32_t encode(enum insn_id id, unsigned rd, unsigned rs1, unsigned rs2, int64_t imm)
{
    uint64_t i = (uint64_t)imm;
    uint32_t word = insn_table[id].match;
    switch (insn_table[id].format) {
    case FMT_N:
        return word;
    case FMT_R:
    case FMT_AMO:
        return word | rd << 7 | rs1 << 15 | rs2 << 20;
    case FMT_LR:
        return word | rd << 7 | rs1 << 15;
    case FMT_SFENCE:
        return word | rs1 << 15 | rs2 << 20;
    case FMT_I:
    case FMT_CSR:
    case FMT_CSRI:
    case FMT_FENCE:
        return word | rd << 7 | rs1 << 15 | put(i, 11, 0, 20);
    case FMT_SH:
        return word | rd << 7 | rs1 << 15 | put(i, 5, 0, 20);
    case FMT_SHW:
        return word | rd << 7 | rs1 << 15 | put(i, 4, 0, 20);
    case FMT_S:
        return word | rs1 << 15 | rs2 << 20 | put(i, 4, 0, 7) | put(i, 11, 5, 25);
    case FMT_B:
        return word | rs1 << 15 | rs2 << 20 | put(i, 11, 11, 7) | put(i, 4, 1, 8) |
               put(i, 10, 5, 25) | put(i, 12, 12, 31);
    case FMT_U:
        return word | rd << 7 | put(i, 31, 12, 12);
    case FMT_J:
        return word | rd << 7 | put(i, 19, 12, 12) | put(i, 11, 11, 20) | put(i, 10, 1, 21) |
               put(i, 20, 20, 31);
    case FMT_RM:
        return word | rd << 7 | put(i, 2, 0, 12) | rs1 << 15 | rs2 << 20;
    case FMT_R2:
        return word | rd << 7 | rs1 << 15;
    case FMT_R2M:
        return word | rd << 7 | put(i, 2, 0, 12) | rs1 << 15;
    case FMT_R4:
        return word | rd << 7 | put(i, 2, 0, 12) | rs1 << 15 | rs2 << 20 | put(i, 7, 3, 27);
    }
    return word;
}

#endif
