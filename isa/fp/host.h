/* What is taken from the host's floating point, and why it is exact.
 *
 * add, mul, div and sqrt of binary32 and binary64 are basic operations of IEEE 754: one correct
 * rounding, the same on every host that conforms. x86-64 (SSE2) and arm64 do, in the state in which
 * a C program starts: to nearest even, nothing flushed to zero; FLT_EVAL_METHOD says that nothing
 * is computed in a wider format. Where they differ is in NaNs and in when a result counts as tiny,
 * and neither is asked of them:
 *
 *   - the mode is RNE, the only one that the host is in;
 *   - the operands are normal numbers, and so is the result, by a binade or more: no NaN,
 *     infinity, zero or subnormal, hence no NV, DZ, OF or UF;
 *   - NX, the one flag that remains, is set already, so that it need not be known.
 *
 * Whatever is not so is computed with integers (arith.c). A program whose results are inexact
 * comes here after the first of them. */
#ifndef HOST_H
#define HOST_H

#include <float.h>
#include <math.h>
#include <string.h>

#include "fp.h"

#ifndef FLT_EVAL_METHOD
#error "the host must say how it evaluates floating point"
#endif

static inline bool host_may(const struct fp_env *env)
{
    return FLT_EVAL_METHOD == 0 && env->rounding == RM_RNE && env->flags & FFLAGS_NX;
}

/* A normal number whose exponent field is at least `least`. */
static inline bool is_normal_s(uint64_t bits, unsigned least)
{
    unsigned field = bits >> 23 & 0xff;
    return field >= least && field < 0xff;
}

static inline bool is_normal_d(uint64_t bits, unsigned least)
{
    unsigned field = bits >> 52 & 0x7ff;
    return field >= least && field < 0x7ff;
}

static inline float single_of(uint64_t bits)
{
    uint32_t word = (uint32_t)bits;
    float single;
    memcpy(&single, &word, sizeof single);
    return single;
}

static inline double double_of(uint64_t bits)
{
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static inline uint64_t bits_of_single(float single)
{
    uint32_t word;
    memcpy(&word, &single, sizeof word);
    return word;
}

static inline uint64_t bits_of_double(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* Defines host_NAME(env, format, a, b, &result): true when the host's `a OP b` is the answer. */
#define HOST_BINARY(name, op)                                                                      \
    static inline bool host_##name(const struct fp_env *env, enum fp_format format, uint64_t a,    \
                                   uint64_t b, uint64_t *result)                                   \
    {                                                                                              \
        if (!host_may(env))                                                                        \
            return false;                                                                          \
        if (format == FP_S) {                                                                      \
            if (!is_normal_s(a, 1) || !is_normal_s(b, 1))                                          \
                return false;                                                                      \
            *result = bits_of_single(single_of(a) op single_of(b));                                \
            return is_normal_s(*result, 2);                                                        \
        }                                                                                          \
        if (!is_normal_d(a, 1) || !is_normal_d(b, 1))                                              \
            return false;                                                                          \
        *result = bits_of_double(double_of(a) op double_of(b));                                    \
        return is_normal_d(*result, 2);                                                            \
    }
HOST_BINARY(add, +)
HOST_BINARY(mul, *)
HOST_BINARY(div, /)
#undef HOST_BINARY

/* The root of a normal number is far from both ends. */
static inline bool host_sqrt(const struct fp_env *env, enum fp_format format, uint64_t a,
                             uint64_t *result)
{
    if (!host_may(env))
        return false;
    if (format == FP_S) {
        *result = is_normal_s(a, 1) ? bits_of_single(sqrtf(single_of(a & ~FP_SIGN_S))) : 0;
        return is_normal_s(a, 1) && !(a & FP_SIGN_S);
    }
    *result = is_normal_d(a, 1) ? bits_of_double(sqrt(double_of(a & ~FP_SIGN_D))) : 0;
    return is_normal_d(a, 1) && !(a & FP_SIGN_D);
}

#endif
