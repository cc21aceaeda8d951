/* Operands for floating point: the values at which something happens, and streams of random ones
 * that are the same in every run. */
#ifndef OPERANDS_H
#define OPERANDS_H

#include "fp.h"

static const uint64_t specials_s[] = {
    0x00000000, 0x00000001, 0x00000002, 0x00400000, 0x007fffff, 0x00800000, 0x00800001, 0x00ffffff,
    0x01000000, 0x33800000, 0x34000000, 0x3effffff, 0x3f000000, 0x3f000001, 0x3f7fffff, 0x3f800000,
    0x3f800001, 0x3fc00000, 0x40000000, 0x40490fdb, 0x4b000000, 0x4b7fffff, 0x4b800000, 0x4effffff,
    0x4f000000, 0x4f7fffff, 0x4f800000, 0x5effffff, 0x5f000000, 0x5f7fffff, 0x5f800000, 0x7f000000,
    0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fbfffff, 0x7fc00000, 0x7fffffff,
};
static const uint64_t specials_d[] = {
    0x0000000000000000, 0x0000000000000001, 0x0000000000000002, 0x0008000000000000,
    0x000fffffffffffff, 0x0010000000000000, 0x0010000000000001, 0x001fffffffffffff,
    0x0020000000000000, 0x36a0000000000000, 0x380fffffe0000000, 0x3810000000000000,
    0x3ca0000000000000, 0x3cb0000000000000, 0x3fdfffffffffffff, 0x3fe0000000000000,
    0x3fe0000000000001, 0x3fefffffffffffff, 0x3ff0000000000000, 0x3ff0000000000001,
    0x3ff8000000000000, 0x4000000000000000, 0x400921fb54442d18, 0x41dfffffffc00000,
    0x41dfffffffe00000, 0x41e0000000000000, 0x41efffffffe00000, 0x41f0000000000000,
    0x4330000000000000, 0x433fffffffffffff, 0x4340000000000000, 0x43dfffffffffffff,
    0x43e0000000000000, 0x43efffffffffffff, 0x43f0000000000000, 0x47efffffe0000000,
    0x47effffff0000000, 0x47f0000000000000, 0x7fe0000000000000, 0x7fefffffffffffff,
    0x7ff0000000000000, 0x7ff0000000000001, 0x7ff7ffffffffffff, 0x7ff8000000000000,
    0x7fffffffffffffff,
};

static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* An operand: special, of random bits, with an exponent near one's (so that sums cancel), or near
 * the least (so that products are tiny), with many or few bits set. */
static inline uint64_t operand(uint64_t *state, enum fp_format format)
{
    bool is_single = format == FP_S;
    uint64_t bits = next_random(state), kind = next_random(state);
    unsigned count =
        is_single ? sizeof specials_s / sizeof *specials_s : sizeof specials_d / sizeof *specials_d;
    unsigned fraction_bits = is_single ? 23 : 52;
    uint64_t sign = is_single ? FP_SIGN_S : FP_SIGN_D;
    uint64_t fraction = bits & (((uint64_t)1 << fraction_bits) - 1);
    if (kind >> 8 & 1)
        fraction &= ~(uint64_t)0 << kind % fraction_bits;
    uint64_t one = is_single ? 127 : 1023, exponent = one;
    switch (kind & 3) {
    case 0:
        return (is_single ? specials_s : specials_d)[(kind >> 16) % count] | (bits & sign);
    case 1:
        return is_single ? (uint32_t)bits : bits;
    case 2:
        exponent += (kind >> 16) % 64 - 32;
        break;
    case 3:
        exponent = (kind >> 16) % 2 ? (kind >> 20) % 60 : one / 2 + (kind >> 20) % 60;
        break;
    }
    return exponent << fraction_bits | fraction | (bits & sign);
}

#endif
