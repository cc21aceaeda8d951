/* Floating point as the architecture sees it: formats, rounding modes, NaN boxing, and what moves
 * bits without computing. Arithmetic is an interface (struct fp_ops): isa/fp implements it, a port
 * offers it (port.h), and a VMM, whose guest's arithmetic the hardware does, goes without. */
#ifndef FP_H
#define FP_H

#include <stdbool.h>
#include <stdint.h>

#include "priv.h"

/* Values travel as bits: a single in the low half of a uint64_t, with zeros above. */
enum fp_format { FP_S, FP_D };

/* ISA table 11.1. The other numbers are reserved. */
enum fp_rounding {
    RM_RNE,     /* to nearest, ties to even */
    RM_RTZ,     /* towards zero */
    RM_RDN,     /* down */
    RM_RUP,     /* up */
    RM_RMM,     /* to nearest, ties to the greater magnitude */
    RM_DYN = 7, /* in an instruction: as frm says */
};

/* Integers to and from which floating point is converted. */
enum fp_integer { INT_W, INT_WU, INT_L, INT_LU };

/* What an operation is told and tells besides its operands: a legal rounding mode, and the accrued
 * exceptions (FFLAGS_x, priv.h), to which it adds its own. */
struct fp_env {
    unsigned rounding;
    unsigned flags;
};

/* The operations of IEEE 754-2008 as RISC-V has them (ISA 11.2 to 11.8): every NaN result is the
 * canonical one, tininess is detected after rounding, min and max are minimumNumber and
 * maximumNumber of 754-2019. fma is a * b + c. The comparisons give 0 or 1, and lt and le
 * signal for any NaN. to_int gives the register's 64 bits, saturated where nothing fits. */
struct fp_ops {
    uint64_t (*add)(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
    uint64_t (*mul)(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
    uint64_t (*div)(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
    uint64_t (*sqrt)(struct fp_env *env, enum fp_format format, uint64_t a);
    uint64_t (*fma)(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b, uint64_t c);
    uint64_t (*min)(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
    uint64_t (*max)(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
    uint64_t (*eq)(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
    uint64_t (*lt)(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
    uint64_t (*le)(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b);
    uint64_t (*to_int)(struct fp_env *env, enum fp_format format, uint64_t a, enum fp_integer to);
    uint64_t (*from_int)(struct fp_env *env, enum fp_format format, uint64_t a,
                         enum fp_integer from);
    uint64_t (*convert)(struct fp_env *env, enum fp_format to, enum fp_format from, uint64_t a);
};

#define FP_SIGN_S ((uint64_t)1 << 31)
#define FP_SIGN_D ((uint64_t)1 << 63)
#define FP_NAN_S ((uint64_t)0x7fc00000)
#define FP_NAN_D ((uint64_t)0x7ff8000000000000)
#define FP_BOX ((uint64_t)0xffffffff00000000)

/* A single in a register of 64 bits has ones above it; what has not counts as the canonical NaN
 * (ISA 12.2). */
static inline uint64_t fp_box(uint64_t single)
{
    return single | FP_BOX;
}

static inline uint64_t fp_unbox(uint64_t reg)
{
    return (reg & FP_BOX) == FP_BOX ? reg & ~FP_BOX : FP_NAN_S;
}

/* fclass: one bit, by what the value is (ISA table 11.5). */
static inline uint64_t fp_class(enum fp_format format, uint64_t a)
{
    unsigned fraction_bits = format == FP_S ? 23 : 52;
    uint64_t top = format == FP_S ? 0xff : 0x7ff;
    bool sign = a >> (format == FP_S ? 31 : 63) & 1;
    uint64_t exponent = a >> fraction_bits & top;
    uint64_t fraction = a & (((uint64_t)1 << fraction_bits) - 1);
    if (exponent == top && fraction)
        return (uint64_t)1 << (fraction >> (fraction_bits - 1) ? 9 : 8);
    /* From zero to infinity the bits go outwards from the middle: 3 and 4 are the zeros. */
    unsigned rank = exponent == top ? 3 : exponent ? 2 : fraction ? 1 : 0;
    return (uint64_t)1 << (sign ? 3 - rank : 4 + rank);
}

#endif
