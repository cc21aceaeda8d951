/* Fields of an instruction word, and immediates whose bits lie scattered in it. An immediate is a
 * list of pieces, read by one function and written by its inverse, so that decoder and encoder have
 * one text of where the bits are. */
#ifndef PIECES_H
#define PIECES_H

#include <stdint.h>

/* Bits high..low of the word are bits of the immediate from bit `to` on. A list ends with zeros. */
struct piece {
    uint8_t high, low, to;
};

/* Lab 1, exercise 1. Bits high..low of the word, as a number: bit `low` is its bit 0. Bits are
 * counted from 0, and high - low is less than 31. */
static inline uint32_t field(uint32_t word, int high, int low)
{
    return word >> low & (((uint32_t)1 << (high - low + 1)) - 1);
}

/* Lab 1, exercise 1. The low `bits` bits of a word as a signed number in two's complement: their
 * highest is its sign, and stands in all bits above, too. `bits` is from 1 to 32, and what the word
 * has above them does not count. */
static inline int64_t sign_extend(uint32_t value, int bits)
{
    return (int64_t)((uint64_t)value << (64 - bits)) >> (64 - bits);
}

/* Lab 1, exercise 1. The immediate that the pieces of the word make: each piece's bits at their
 * place, and zero where no piece goes. The list ends with the first piece whose `high` is 0. */
static inline uint32_t pieces_gather(uint32_t word, const struct piece *piece)
{
    uint32_t imm = 0;
    for (; piece->high; piece++)
        imm |= field(word, piece->high, piece->low) << piece->to;
    return imm;
}

/* The bits of the word that hold the immediate; what has no piece is lost. */
static inline uint32_t pieces_scatter(uint32_t imm, const struct piece *piece)
{
    uint32_t word = 0;
    for (; piece->high; piece++)
        word |= field(imm >> piece->to, piece->high - piece->low, 0) << piece->low;
    return word;
}

#endif
