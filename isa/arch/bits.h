/* Bits of a register counted and moved, for the instructions of Zbb: what C leaves undefined (the
 * zeros of zero, a shift by the whole width) is defined here as the manual has it. */
#ifndef BITS_H
#define BITS_H

#include <stdint.h>

static inline uint64_t bits_leading_zeros(uint64_t value)
{
    return value ? (uint64_t)__builtin_clzll(value) : 64;
}

static inline uint64_t bits_trailing_zeros(uint64_t value)
{
    return value ? (uint64_t)__builtin_ctzll(value) : 64;
}

/* How many bits are set: sums of pairs, of nibbles, of bytes, and all bytes added up in the
 * highest. Not the compiler's, which is a call where the host has no such instruction, and a call
 * inside the engine costs its neighbours registers. */
static inline uint64_t bits_count(uint64_t value)
{
    value -= value >> 1 & 0x5555555555555555;
    value = (value & 0x3333333333333333) + (value >> 2 & 0x3333333333333333);
    value = (value + (value >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return value * 0x0101010101010101 >> 56;
}

/* Rotated by the low bits of `by`, all of which count; to the left by -by. */
static inline uint64_t bits_rotate_right(uint64_t value, uint64_t by)
{
    return value >> (by & 63) | value << (-by & 63);
}

static inline uint32_t bits_rotate_right_32(uint32_t value, uint64_t by)
{
    return value >> (by & 31) | value << (-by & 31);
}

/* Each byte becomes all ones where it is not zero: adding 0x7f to its low bits sets its highest
 * where any of them is set, and never reaches the next byte. */
static inline uint64_t bits_combine_bytes(uint64_t value)
{
    const uint64_t low = 0x7f7f7f7f7f7f7f7f;
    uint64_t is_set = ((value & low) + low) | value;
    return (is_set >> 7 & 0x0101010101010101) * 0xff;
}

#endif
