/* Floating-point values unpacked: the one form in which both formats are computed with.
 *
 * A finite value is significand * 2^(exponent - 126), with bit 126 of the significand set. 128 bits
 * hold the exact product of two doubles and leave room to align it; where even that is too little,
 * what is shifted out stays as a sticky lowest bit, which is all that rounding needs of it. So
 * every operation is: unpack, compute exactly but for the sticky bit, and round once, in
 * value_pack. */
#ifndef VALUE_H
#define VALUE_H

#include "fp.h"

typedef unsigned __int128 u128;

enum kind { ZERO, FINITE, INFINITE, QUIET, SIGNALING };

struct value {
    enum kind kind;
    bool sign;
    int exponent;
    u128 significand;
};

enum { LEADING = 126 }; /* the place of the leading bit */

/* A format by its numbers: bits of precision (with the implicit one), and the bias, which is also
 * the greatest exponent. */
struct format {
    int precision, bias;
};
extern const struct format formats[2];

/* Reads the bits of a value. */
struct value value_unpack(enum fp_format format, uint64_t bits);

/* Rounds a value to the format, by env's rounding mode, adds the exceptions of that to env's flags
 * (OF, UF, NX) and gives the bits. A NaN becomes the canonical one, without a flag. */
uint64_t value_pack(struct fp_env *env, enum fp_format format, struct value value);

/* What rounding adds to `significand` before its lowest `drop` bits are cut off. */
u128 value_rounding(enum fp_rounding rounding, bool sign, u128 significand, int drop);

/* Moves the leading bit of a significand that is not zero to its place. */
struct value value_normalize(struct value value);

/* Shifts right; what falls out leaves a sticky one. */
static inline u128 shift_sticky(u128 bits, int by)
{
    if (by <= 0)
        return bits;
    if (by > 127)
        return bits != 0;
    return bits >> by | (bits << (128 - by) != 0);
}

static inline bool is_nan(struct value value)
{
    return value.kind >= QUIET;
}

/* The result of an operation that has none: NV, and the canonical NaN. */
static inline struct value invalid(struct fp_env *env)
{
    env->flags |= FFLAGS_NV;
    return (struct value){.kind = QUIET};
}

/* The result of an operation with a NaN among its operands: NV if one of them signals. */
static inline struct value nan_of(struct fp_env *env, struct value a, struct value b)
{
    if (a.kind == SIGNALING || b.kind == SIGNALING)
        return invalid(env);
    return (struct value){.kind = QUIET};
}

#endif
