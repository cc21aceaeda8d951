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

/* Bits high..low of the word. */
static inline uint32_t field(uint32_t word, int high, int low)
{
    return word >> low & (((uint32_t)1 << (high - low + 1)) - 1);
}

/* The immediate that the pieces of the word make. */
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
