/* Conversions: between the formats, and to and from integers. */
#include "arith.h"

#include "value.h"

/* The integers of each kind: the greatest magnitude above and below zero. */
static const struct range {
    uint64_t greatest, least; /* least: its magnitude */
    bool is_word;
} ranges[] = {
    [INT_W] = {INT32_MAX, (uint64_t)1 << 31, true},
    [INT_WU] = {UINT32_MAX, 0, true},
    [INT_L] = {INT64_MAX, (uint64_t)1 << 63, false},
    [INT_LU] = {UINT64_MAX, 0, false},
};

/* A word, of either sign, stands in a register sign-extended (ISA 11.7). */
static uint64_t in_register(const struct range *range, uint64_t value)
{
    return range->is_word ? (uint64_t)(int64_t)(int32_t)(uint32_t)value : value;
}

/* What does not fit gives the nearest integer that there is, and a NaN the greatest (ISA table
 * 11.4): NV, and then not NX. */
static uint64_t saturate(struct fp_env *env, const struct range *range, bool is_negative)
{
    env->flags |= FFLAGS_NV;
    return in_register(range, is_negative ? -range->least : range->greatest);
}

uint64_t fp_to_int(struct fp_env *env, enum fp_format format, uint64_t a, enum fp_integer to)
{
    enum { DROP = 2 }; /* bits kept below the integer: the half, and the sticky one */
    const struct range *range = &ranges[to];
    struct value v = value_unpack(format, a);
    if (v.kind == ZERO)
        return 0;
    if (is_nan(v) || v.kind == INFINITE || v.exponent > 63)
        return saturate(env, range, !is_nan(v) && v.sign);
    u128 fixed = shift_sticky(v.significand, LEADING - DROP - v.exponent);
    u128 rounded = fixed + value_rounding((enum fp_rounding)env->rounding, v.sign, fixed, DROP);
    u128 magnitude = rounded >> DROP;
    if (magnitude > (v.sign ? range->least : range->greatest))
        return saturate(env, range, v.sign);
    if (fixed & ((1 << DROP) - 1))
        env->flags |= FFLAGS_NX;
    return in_register(range, v.sign ? -(uint64_t)magnitude : (uint64_t)magnitude);
}

uint64_t fp_from_int(struct fp_env *env, enum fp_format format, uint64_t a, enum fp_integer from)
{
    uint64_t value = from == INT_WU ? (uint32_t)a : in_register(&ranges[from], a);
    bool is_negative = ranges[from].least && value >> 63;
    if (!value)
        return 0;
    struct value v = {.kind = FINITE,
                      .sign = is_negative,
                      .exponent = LEADING,
                      .significand = is_negative ? -value : value};
    return value_pack(env, format, value_normalize(v));
}

uint64_t fp_convert(struct fp_env *env, enum fp_format to, enum fp_format from, uint64_t a)
{
    struct value v = value_unpack(from, a);
    return value_pack(env, to, v.kind == SIGNALING ? invalid(env) : v);
}
