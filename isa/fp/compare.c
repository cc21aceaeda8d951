/* Comparisons, and the lesser and greater of two. */
#include "arith.h"

#include "value.h"

static uint64_t sign_bit(enum fp_format format)
{
    return format == FP_S ? FP_SIGN_S : FP_SIGN_D;
}

/* The bits as a number that grows with the value: magnitudes count up above the sign bit's place,
 * negative ones down from it. The zeros differ, -0 below +0. */
static uint64_t order(enum fp_format format, uint64_t bits)
{
    uint64_t sign = sign_bit(format);
    return bits & sign ? sign - 1 - (bits & ~sign) : sign + bits;
}

/* Tells of NaNs: true when there is one. A signaling one is invalid, and any when `signals`. */
static bool is_unordered(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b,
                         bool signals)
{
    struct value va = value_unpack(format, a), vb = value_unpack(format, b);
    if (!is_nan(va) && !is_nan(vb))
        return false;
    if (signals || va.kind == SIGNALING || vb.kind == SIGNALING)
        env->flags |= FFLAGS_NV;
    return true;
}

static bool are_zeros(enum fp_format format, uint64_t a, uint64_t b)
{
    return !((a | b) & ~sign_bit(format));
}

/* minimumNumber and maximumNumber of IEEE 754-2019: a NaN loses to a number, -0 is less than +0
 * (ISA 11.6). */
static uint64_t choose(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b, bool max)
{
    if (!is_unordered(env, format, a, b, false))
        return (order(format, a) < order(format, b)) != max ? a : b;
    if (!is_nan(value_unpack(format, a)))
        return a;
    return is_nan(value_unpack(format, b)) ? (format == FP_S ? FP_NAN_S : FP_NAN_D) : b;
}

uint64_t fp_min(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b)
{
    return choose(env, format, a, b, false);
}

uint64_t fp_max(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b)
{
    return choose(env, format, a, b, true);
}

/* feq is quiet, flt and fle signal (ISA 11.8). */
uint64_t fp_eq(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b)
{
    return !is_unordered(env, format, a, b, false) && (a == b || are_zeros(format, a, b));
}

uint64_t fp_lt(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b)
{
    return !is_unordered(env, format, a, b, true) && !are_zeros(format, a, b) &&
           order(format, a) < order(format, b);
}

uint64_t fp_le(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b)
{
    return !is_unordered(env, format, a, b, true) &&
           (are_zeros(format, a, b) || order(format, a) <= order(format, b));
}
