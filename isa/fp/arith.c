/* Addition, multiplication, division, square root, and the two in one: exact but for a sticky bit,
 * then rounded once (value.h). */
#include "arith.h"

#include "host.h"
#include "value.h"

static struct value zero(bool sign)
{
    return (struct value){.kind = ZERO, .sign = sign};
}

static struct value infinity(bool sign)
{
    return (struct value){.kind = INFINITE, .sign = sign};
}

/* The sign of an exact zero that is a sum of different signs (IEEE 754 6.3). */
static bool sign_of_zero(const struct fp_env *env)
{
    return env->rounding == RM_RDN;
}

/* Adds two finite values. The greater one stays in place, and the smaller is shifted to it. A
 * sticky bit takes part in a subtraction as what it stands for: bits are only lost when the shift
 * is by more than 21 (an exact product has 106 bits of 128), and then at most one leading bit
 * cancels. */
static struct value add_finite(const struct fp_env *env, struct value a, struct value b)
{
    bool b_greater =
        b.exponent > a.exponent || (b.exponent == a.exponent && b.significand > a.significand);
    struct value sum = b_greater ? b : a, other = b_greater ? a : b;
    u128 shifted = shift_sticky(other.significand, sum.exponent - other.exponent);
    sum.significand += a.sign == b.sign ? shifted : -shifted;
    return sum.significand ? value_normalize(sum) : zero(sign_of_zero(env));
}

static struct value add(struct fp_env *env, struct value a, struct value b)
{
    if (is_nan(a) || is_nan(b))
        return nan_of(env, a, b);
    if (a.kind == INFINITE && b.kind == INFINITE && a.sign != b.sign)
        return invalid(env);
    if (a.kind == INFINITE || b.kind == INFINITE)
        return a.kind == INFINITE ? a : b;
    if (a.kind == ZERO && b.kind == ZERO)
        return zero(a.sign == b.sign ? a.sign : sign_of_zero(env));
    if (a.kind == ZERO || b.kind == ZERO)
        return a.kind == ZERO ? b : a;
    return add_finite(env, a, b);
}

/* The exact product: of 53 bits each, it fits. */
static struct value multiply(struct fp_env *env, struct value a, struct value b)
{
    bool sign = a.sign != b.sign;
    if (is_nan(a) || is_nan(b))
        return nan_of(env, a, b);
    if ((a.kind == INFINITE && b.kind == ZERO) || (a.kind == ZERO && b.kind == INFINITE))
        return invalid(env);
    if (a.kind == INFINITE || b.kind == INFINITE)
        return infinity(sign);
    if (a.kind == ZERO || b.kind == ZERO)
        return zero(sign);
    a.significand = (u128)(uint64_t)(a.significand >> 63) * (uint64_t)(b.significand >> 63);
    a.exponent += b.exponent;
    a.sign = sign;
    return value_normalize(a);
}

static struct value divide(struct fp_env *env, struct value a, struct value b)
{
    bool sign = a.sign != b.sign;
    if (is_nan(a) || is_nan(b))
        return nan_of(env, a, b);
    if (a.kind == b.kind && a.kind != FINITE)
        return invalid(env);
    if (a.kind == INFINITE || b.kind == ZERO) {
        env->flags |= a.kind == INFINITE ? 0 : FFLAGS_DZ;
        return infinity(sign);
    }
    if (a.kind == ZERO || b.kind == INFINITE)
        return zero(sign);
    /* 127 bits by 64 give 63 or more: enough for the format, and the remainder is sticky. */
    u128 divisor = b.significand >> 63;
    u128 quotient = a.significand / divisor;
    bool is_inexact = a.significand % divisor != 0;
    a.significand = quotient << 63 | is_inexact;
    a.exponent -= b.exponent;
    a.sign = sign;
    return value_normalize(a);
}

/* The integer square root of a number whose bit 126 or 127 is set, digit by digit. */
static uint64_t root_of(u128 square, bool *is_inexact)
{
    u128 root = 0, rest = square;
    for (u128 digit = (u128)1 << LEADING; digit; digit >>= 2) {
        bool fits = rest >= root + digit;
        rest -= fits ? root + digit : 0;
        root = root >> 1 | (fits ? digit : 0);
    }
    *is_inexact = rest != 0;
    return (uint64_t)root;
}

static struct value square_root(struct fp_env *env, struct value a)
{
    if (is_nan(a))
        return nan_of(env, a, a);
    if (a.kind == ZERO)
        return a;
    if (a.sign)
        return invalid(env);
    if (a.kind == INFINITE)
        return a;
    bool is_odd = a.exponent & 1, is_inexact;
    uint64_t root = root_of(a.significand << is_odd, &is_inexact);
    a.significand = (u128)root << 63 | is_inexact;
    a.exponent = (a.exponent - is_odd) / 2;
    return a;
}

uint64_t fp_add(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b)
{
    uint64_t sum;
    if (host_add(env, format, a, b, &sum))
        return sum;
    return value_pack(env, format, add(env, value_unpack(format, a), value_unpack(format, b)));
}

uint64_t fp_mul(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b)
{
    uint64_t product;
    if (host_mul(env, format, a, b, &product))
        return product;
    return value_pack(env, format, multiply(env, value_unpack(format, a), value_unpack(format, b)));
}

uint64_t fp_div(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b)
{
    uint64_t quotient;
    if (host_div(env, format, a, b, &quotient))
        return quotient;
    return value_pack(env, format, divide(env, value_unpack(format, a), value_unpack(format, b)));
}

uint64_t fp_sqrt(struct fp_env *env, enum fp_format format, uint64_t a)
{
    uint64_t root;
    if (host_sqrt(env, format, a, &root))
        return root;
    return value_pack(env, format, square_root(env, value_unpack(format, a)));
}

/* An infinity times zero is NV even when the addend is a quiet NaN (ISA 11.6). */
uint64_t fp_fma(struct fp_env *env, enum fp_format format, uint64_t a, uint64_t b, uint64_t c)
{
    struct value product = multiply(env, value_unpack(format, a), value_unpack(format, b));
    return value_pack(env, format, add(env, product, value_unpack(format, c)));
}
