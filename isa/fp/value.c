/* From bits to values, and back with one rounding. */
#include "value.h"

const struct format formats[2] = {[FP_S] = {24, 127}, [FP_D] = {53, 1023}};

static uint64_t infinity_of(struct format f)
{
    return ((uint64_t)f.bias * 2 + 1) << (f.precision - 1);
}

static uint64_t sign_of(enum fp_format format)
{
    return format == FP_S ? FP_SIGN_S : FP_SIGN_D;
}

struct value value_normalize(struct value value)
{
    uint64_t high = (uint64_t)(value.significand >> 64);
    int lead =
        high ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll((uint64_t)value.significand);
    if (lead > LEADING)
        value.significand = shift_sticky(value.significand, lead - LEADING);
    else
        value.significand <<= LEADING - lead;
    value.exponent += lead - LEADING;
    return value;
}

struct value value_unpack(enum fp_format format, uint64_t bits)
{
    struct format f = formats[format];
    int fraction_bits = f.precision - 1;
    uint64_t hidden = (uint64_t)1 << fraction_bits;
    uint64_t fraction = bits & (hidden - 1);
    bool sign = bits & sign_of(format);
    int biased = (int)((bits & ~sign_of(format)) >> fraction_bits);
    if (biased == 2 * f.bias + 1) {
        enum kind kind = !fraction ? INFINITE : fraction & hidden >> 1 ? QUIET : SIGNALING;
        return (struct value){.kind = kind, .sign = sign};
    }
    if (!biased && !fraction)
        return (struct value){.kind = ZERO, .sign = sign};
    struct value value = {.kind = FINITE, .sign = sign};
    value.exponent = (biased ? biased : 1) - f.bias;
    value.significand = (u128)(fraction | (biased ? hidden : 0)) << (LEADING - fraction_bits);
    return biased ? value : value_normalize(value);
}

u128 value_rounding(enum fp_rounding rounding, bool sign, u128 significand, int drop)
{
    u128 half = (u128)1 << (drop - 1), all = (half << 1) - 1;
    switch (rounding) {
    case RM_RNE:
        return half - 1 + (significand >> drop & 1);
    case RM_RDN:
        return sign ? all : 0;
    case RM_RUP:
        return sign ? 0 : all;
    case RM_RMM:
        return half;
    case RM_RTZ:
    case RM_DYN:
        break;
    }
    return 0;
}

/* Too great for the format: infinity, or the greatest finite number where rounding leads inwards
 * (IEEE 754 7.4). */
static uint64_t overflow(struct fp_env *env, struct format f, bool sign)
{
    unsigned inwards = sign ? RM_RUP : RM_RDN;
    bool is_cut = env->rounding == RM_RTZ || env->rounding == inwards;
    env->flags |= FFLAGS_OF | FFLAGS_NX;
    return infinity_of(f) - is_cut;
}

static uint64_t round_finite(struct fp_env *env, struct format f, struct value v)
{
    enum fp_rounding rounding = (enum fp_rounding)env->rounding;
    int drop = LEADING + 1 - f.precision;
    int steps = v.exponent - (1 - f.bias); /* above the least normal exponent */
    bool is_tiny = false;
    if (v.exponent > f.bias)
        return overflow(env, f, v.sign);
    if (steps < 0) {
        /* Tininess after rounding (ISA 11.2): would the number, with all its bits of precision and
         * an exponent without bounds, round to less than the least normal one? */
        u128 rounded = v.significand + value_rounding(rounding, v.sign, v.significand, drop);
        is_tiny = steps < -1 || !(rounded >> (LEADING + 1));
        v.significand = shift_sticky(v.significand, -steps);
        steps = 0;
    }
    bool is_inexact = v.significand << (128 - drop) != 0;
    u128 rounded = v.significand + value_rounding(rounding, v.sign, v.significand, drop);
    /* The leading bit adds one to the exponent field, and so does a carry out of the fraction. */
    uint64_t bits = ((uint64_t)steps << (f.precision - 1)) + (uint64_t)(rounded >> drop);
    if (bits >= infinity_of(f))
        return overflow(env, f, v.sign);
    if (is_inexact)
        env->flags |= is_tiny ? FFLAGS_NX | FFLAGS_UF : FFLAGS_NX;
    return bits;
}

uint64_t value_pack(struct fp_env *env, enum fp_format format, struct value value)
{
    struct format f = formats[format];
    uint64_t sign = value.sign ? sign_of(format) : 0;
    switch (value.kind) {
    case ZERO:
        return sign;
    case FINITE:
        return sign | round_finite(env, f, value);
    case INFINITE:
        return sign | infinity_of(f);
    case QUIET:
    case SIGNALING:
        break;
    }
    return format == FP_S ? FP_NAN_S : FP_NAN_D;
}
