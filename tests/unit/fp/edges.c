/* Each operation at its edges, by values worked out by hand from IEEE 754 and the manual: NaNs,
 * zeros, infinities, the ends of the range, ties, tininess, saturation. */
#include <criterion/criterion.h>

#include "fp_ops.h"

#define NX FFLAGS_NX
#define UF FFLAGS_UF
#define OF FFLAGS_OF
#define DZ FFLAGS_DZ
#define NV FFLAGS_NV

#define ONE 0x3f800000u
#define TWO 0x40000000u
#define THREE 0x40400000u
#define INF 0x7f800000u
#define MAX 0x7f7fffffu
#define MIN 0x00800000u /* the least normal number */
#define QNAN 0x7fc00000u
#define SNAN 0x7f800001u
#define MINUS 0x80000000u
#define ULP 0x34000000u      /* 2^-23 */
#define HALF_ULP 0x33800000u /* 2^-24 */

#define ONE_D 0x3ff0000000000000u
#define INF_D 0x7ff0000000000000u
#define MAX_D 0x7fefffffffffffffu
#define MIN_D 0x0010000000000000u
#define QNAN_D 0x7ff8000000000000u
#define SNAN_D 0x7ff0000000000001u
#define MINUS_D 0x8000000000000000u

enum op { ADD, MUL, DIV, SQRT, FMA, LESSER, GREATER, EQ, LT, LE, NARROW, WIDEN };
#define S FP_S
#define D FP_D
#define RNE RM_RNE
#define RTZ RM_RTZ
#define RDN RM_RDN
#define RUP RM_RUP
#define RMM RM_RMM

static uint64_t run(struct fp_env *env, enum op op, enum fp_format format, const uint64_t v[3])
{
    switch (op) {
    case ADD:
        return fp_ops.add(env, format, v[0], v[1]);
    case MUL:
        return fp_ops.mul(env, format, v[0], v[1]);
    case DIV:
        return fp_ops.div(env, format, v[0], v[1]);
    case SQRT:
        return fp_ops.sqrt(env, format, v[0]);
    case FMA:
        return fp_ops.fma(env, format, v[0], v[1], v[2]);
    case LESSER:
        return fp_ops.min(env, format, v[0], v[1]);
    case GREATER:
        return fp_ops.max(env, format, v[0], v[1]);
    case EQ:
        return fp_ops.eq(env, format, v[0], v[1]);
    case LT:
        return fp_ops.lt(env, format, v[0], v[1]);
    case LE:
        return fp_ops.le(env, format, v[0], v[1]);
    case NARROW:
        return fp_ops.convert(env, FP_S, FP_D, v[0]);
    case WIDEN:
        return fp_ops.convert(env, FP_D, FP_S, v[0]);
    }
    return 0;
}

struct row {
    enum op op;
    enum fp_format format;
    unsigned rounding;
    uint64_t v[3], result;
    unsigned flags;
};

/* Each twice: flags that are set already stay, and change nothing. */
static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (unsigned before = 0; before <= NX; before++) {
            const struct row *r = &rows[i];
            struct fp_env env = {.rounding = r->rounding, .flags = before};
            uint64_t result = run(&env, r->op, r->format, r->v);
            cr_expect(result == r->result && env.flags == (r->flags | before),
                      "row %zu: %lx flags %x, not %lx flags %x", i, result, env.flags, r->result,
                      r->flags | before);
        }
}
#define CHECK(rows) check(rows, sizeof rows / sizeof *rows)

Test(edges, every_nan_result_is_the_canonical_one_and_a_signaling_operand_is_invalid)
{
    static const struct row rows[] = {
        {ADD, S, RNE, {0xffc12345, ONE}, QNAN, 0},
        {ADD, S, RNE, {ONE, SNAN}, QNAN, NV},
        {ADD, S, RNE, {SNAN, QNAN}, QNAN, NV},
        {ADD, D, RNE, {0xfff8000000000001, ONE_D}, QNAN_D, 0},
        {ADD, S, RNE, {INF, MINUS | INF}, QNAN, NV},
        {ADD, S, RNE, {INF, INF}, INF, 0},
        {MUL, S, RNE, {INF, 0}, QNAN, NV},
        {MUL, S, RNE, {QNAN, 0}, QNAN, 0},
        {MUL, D, RNE, {MINUS_D, INF_D}, QNAN_D, NV},
        {DIV, S, RNE, {0, 0}, QNAN, NV},
        {DIV, S, RNE, {INF, MINUS | INF}, QNAN, NV},
        {DIV, S, RNE, {QNAN, 0}, QNAN, 0},
        {SQRT, S, RNE, {MINUS | ONE}, QNAN, NV},
        {SQRT, S, RNE, {MINUS | INF}, QNAN, NV},
        {SQRT, D, RNE, {MINUS_D | 1}, QNAN_D, NV},
        {SQRT, S, RNE, {0xffc00000}, QNAN, 0},
        {SQRT, S, RNE, {SNAN}, QNAN, NV},
        {FMA, S, RNE, {INF, 0, QNAN}, QNAN, NV},
        {FMA, S, RNE, {0, MINUS | INF, ONE}, QNAN, NV},
        {FMA, S, RNE, {QNAN, ONE, SNAN}, QNAN, NV},
        {FMA, S, RNE, {QNAN, 0, QNAN}, QNAN, 0},
        {FMA, S, RNE, {INF, ONE, MINUS | INF}, QNAN, NV},
        {FMA, D, RNE, {SNAN_D, ONE_D, ONE_D}, QNAN_D, NV},
        {NARROW, S, RNE, {0xfff0000000000001}, QNAN, NV},
        {NARROW, S, RNE, {0xffffffffffffffff}, QNAN, 0},
        {WIDEN, D, RNE, {0xff800001}, QNAN_D, NV},
        {WIDEN, D, RNE, {0xffffffff}, QNAN_D, 0},
    };
    CHECK(rows);
}

Test(edges, zeros_have_the_sign_that_the_standard_gives_them)
{
    static const struct row rows[] = {
        {ADD, S, RNE, {ONE, MINUS | ONE}, 0, 0},
        {ADD, S, RDN, {ONE, MINUS | ONE}, MINUS, 0},
        {ADD, S, RUP, {ONE, MINUS | ONE}, 0, 0},
        {ADD, S, RMM, {ONE, MINUS | ONE}, 0, 0},
        {ADD, S, RNE, {0, MINUS}, 0, 0},
        {ADD, S, RDN, {0, MINUS}, MINUS, 0},
        {ADD, S, RNE, {MINUS, MINUS}, MINUS, 0},
        {ADD, S, RDN, {0, 0}, 0, 0},
        {MUL, S, RNE, {MINUS, ONE}, MINUS, 0},
        {MUL, D, RNE, {MINUS_D, MINUS_D}, 0, 0},
        {DIV, S, RNE, {0, MINUS | TWO}, MINUS, 0},
        {DIV, S, RNE, {ONE, MINUS | INF}, MINUS, 0},
        {SQRT, S, RDN, {MINUS}, MINUS, 0},
        {FMA, S, RNE, {ONE, ONE, MINUS | ONE}, 0, 0},
        {FMA, S, RDN, {ONE, ONE, MINUS | ONE}, MINUS, 0},
        {FMA, S, RNE, {MINUS, ONE, MINUS}, MINUS, 0},
        {FMA, S, RNE, {MINUS, ONE, 0}, 0, 0},
        {NARROW, S, RNE, {MINUS_D}, MINUS, 0},
        {WIDEN, D, RNE, {MINUS}, MINUS_D, 0},
    };
    CHECK(rows);
}

Test(edges, a_tie_goes_where_the_mode_says)
{
    /* 1 + 2^-24 lies in the middle of 1 and 1 + 2^-23; 1 + 3 * 2^-24 of the next two. */
    static const struct row rows[] = {
        {ADD, S, RNE, {ONE, HALF_ULP}, ONE, NX},
        {ADD, S, RTZ, {ONE, HALF_ULP}, ONE, NX},
        {ADD, S, RDN, {ONE, HALF_ULP}, ONE, NX},
        {ADD, S, RUP, {ONE, HALF_ULP}, ONE + 1, NX},
        {ADD, S, RMM, {ONE, HALF_ULP}, ONE + 1, NX},
        {ADD, S, RNE, {ONE + 1, HALF_ULP}, ONE + 2, NX},
        {ADD, S, RMM, {ONE + 1, HALF_ULP}, ONE + 2, NX},
        {ADD, S, RNE, {MINUS | ONE, MINUS | HALF_ULP}, MINUS | ONE, NX},
        {ADD, S, RDN, {MINUS | ONE, MINUS | HALF_ULP}, MINUS | (ONE + 1), NX},
        {ADD, S, RUP, {MINUS | ONE, MINUS | HALF_ULP}, MINUS | ONE, NX},
        {ADD, S, RMM, {MINUS | ONE, MINUS | HALF_ULP}, MINUS | (ONE + 1), NX},
        {ADD, S, RNE, {ONE, HALF_ULP + 1}, ONE + 1, NX},
        {ADD, S, RMM, {ONE, HALF_ULP - 1}, ONE, NX},
        {ADD, S, RNE, {ONE, ULP}, ONE + 1, 0},
        /* the least number still counts, on either side */
        {ADD, S, RUP, {ONE, 1}, ONE + 1, NX},
        {ADD, S, RTZ, {ONE, MINUS | 1}, ONE - 1, NX},
        {ADD, D, RUP, {ONE_D, 1}, ONE_D + 1, NX},
        {ADD, D, RMM, {ONE_D, 0x3ca0000000000000}, ONE_D + 1, NX},
        {ADD, D, RNE, {ONE_D, 0x3ca0000000000000}, ONE_D, NX},
        /* 2^-149 * 1/2: a tie between zero and the least number */
        {MUL, S, RNE, {1, 0x3f000000}, 0, NX | UF},
        {MUL, S, RMM, {1, 0x3f000000}, 1, NX | UF},
        {MUL, S, RNE, {3, 0x3f000000}, 2, NX | UF},
        {MUL, S, RTZ, {3, 0x3f000000}, 1, NX | UF},
        {NARROW, S, RMM, {0x3ff0000010000000}, ONE + 1, NX},
        {NARROW, S, RNE, {0x3ff0000010000000}, ONE, NX},
    };
    CHECK(rows);
}

Test(edges, overflow_goes_to_infinity_or_stops_before_it)
{
    static const struct row rows[] = {
        {ADD, S, RNE, {MAX, MAX}, INF, OF | NX},
        {ADD, S, RMM, {MAX, MAX}, INF, OF | NX},
        {ADD, S, RTZ, {MAX, MAX}, MAX, OF | NX},
        {ADD, S, RDN, {MAX, MAX}, MAX, OF | NX},
        {ADD, S, RUP, {MAX, MAX}, INF, OF | NX},
        {MUL, S, RDN, {MINUS | MAX, TWO}, MINUS | INF, OF | NX},
        {MUL, S, RUP, {MINUS | MAX, TWO}, MINUS | MAX, OF | NX},
        {MUL, S, RTZ, {MINUS | MAX, TWO}, MINUS | MAX, OF | NX},
        {MUL, D, RNE, {MAX_D, MAX_D}, INF_D, OF | NX},
        {MUL, D, RTZ, {MAX_D, MAX_D}, MAX_D, OF | NX},
        {DIV, S, RNE, {MAX, 1}, INF, OF | NX},
        /* half an ulp of the greatest number: 2^103; less than that is no overflow */
        {ADD, S, RNE, {MAX, 0x73000000}, INF, OF | NX},
        {ADD, S, RNE, {MAX, 0x72ffffff}, MAX, NX},
        {ADD, S, RUP, {MAX, 1}, INF, OF | NX},
        {ADD, S, RTZ, {MAX, 0x73000000}, MAX, NX},
        {FMA, S, RNE, {MAX, TWO, MINUS | MAX}, MAX, 0},
        {NARROW, S, RNE, {MAX_D}, INF, OF | NX},
        {NARROW, S, RNE, {0x47effffff0000000}, INF, OF | NX},
        {NARROW, S, RNE, {0x47efffffefffffff}, MAX, NX},
        {NARROW, S, RTZ, {0x47effffff0000000}, MAX, NX},
        {DIV, S, RNE, {ONE, 0}, INF, DZ},
        {DIV, S, RNE, {MINUS | ONE, 0}, MINUS | INF, DZ},
        {DIV, D, RNE, {1, MINUS_D}, MINUS_D | INF_D, DZ},
        {DIV, S, RNE, {INF, 0}, INF, 0},
    };
    CHECK(rows);
}

/* ISA 11.2: tininess is detected after rounding. What rounds up to the least normal number with an
 * exponent without bounds is not tiny, even if it was less before. */
Test(edges, tininess_is_detected_after_rounding)
{
    static const struct row rows[] = {
        {MUL, S, RNE, {MIN, 0x3f7fffff}, MIN, NX | UF}, /* 2^-126 - 2^-150: 24 bits hold it */
        {MUL, S, RTZ, {MIN, 0x3f7fffff}, 0x007fffff, NX | UF},
        /* (1 + 2^-23) * 2^-126 * (1 - 2^-24) = 2^-126 (1 + 2^-24 - 2^-47): above the least */
        {MUL, S, RNE, {MIN + 1, 0x3f7fffff}, MIN, NX},
        /* 2^-126 (1 - 2^-25 ...): 24 bits cannot tell it from 2^-126 upwards */
        {NARROW, S, RNE, {0x380ffffff8000000}, MIN, NX},
        {NARROW, S, RNE, {0x380ffffff0000000}, MIN, NX},
        {NARROW, S, RNE, {0x380fffffe0000000}, MIN, NX | UF},
        {NARROW, S, RMM, {0x380ffffff0000000}, MIN, NX},
        {NARROW, S, RTZ, {0x380ffffff8000000}, 0x007fffff, NX | UF},
        {NARROW, S, RUP, {0x380fffffe0000001}, MIN, NX},
        {NARROW, S, RUP, {0x380fffffe0000000}, MIN, NX | UF},
        /* exact results are never UF, however small */
        {MUL, S, RNE, {MIN, 0x3f000000}, 0x00400000, 0},
        {ADD, S, RNE, {MIN, MINUS | 1}, 0x007fffff, 0},
        {ADD, S, RNE, {1, 1}, 2, 0},
        {DIV, S, RNE, {MIN, TWO}, 0x00400000, 0},
        {DIV, S, RNE, {1, TWO}, 0, NX | UF},
        {DIV, S, RUP, {1, INF - 1}, 1, NX | UF},
        {MUL, D, RNE, {MIN_D, 0x3fefffffffffffff}, MIN_D, NX | UF},
        {MUL, D, RUP, {1, 1}, 1, NX | UF},
        {MUL, D, RNE, {1, 1}, 0, NX | UF},
        {FMA, D, RDN, {1, 1, MINUS_D | 1}, MINUS_D | 1, NX | UF},
        {FMA, D, RUP, {1, 1, MINUS_D | 1}, MINUS_D, NX | UF},
        {NARROW, S, RNE, {1}, 0, NX | UF},
        {NARROW, S, RUP, {1}, 1, NX | UF},
        {WIDEN, D, RNE, {1}, 0x36a0000000000000, 0},
        {WIDEN, D, RNE, {0x007fffff}, 0x380fffffc0000000, 0},
    };
    CHECK(rows);
}

Test(edges, fma_rounds_once)
{
    /* (1 + 2^-23)^2 = 1 + 2^-22 + 2^-46: the last bit is lost by a product, not by fma. */
    static const struct row rows[] = {
        {MUL, S, RNE, {ONE + 1, ONE + 1}, ONE + 2, NX},
        {FMA, S, RNE, {ONE + 1, ONE + 1, MINUS | (ONE + 2)}, 0x28800000, 0},
        {FMA, D, RNE, {ONE_D + 1, ONE_D + 1, MINUS_D | (ONE_D + 2)}, 0x3970000000000000, 0},
        /* the product far below or above the addend */
        {FMA, S, RUP, {1, 1, ONE}, ONE + 1, NX},
        {FMA, S, RDN, {MINUS | 1, 1, ONE}, ONE - 1, NX},
        {FMA, S, RUP, {ONE, ONE, 1}, ONE + 1, NX},
        {FMA, D, RTZ, {ONE_D, ONE_D, MINUS_D | 1}, ONE_D - 1, NX},
        {FMA, S, RNE, {TWO, THREE, ONE}, 0x40e00000, 0},
        {FMA, S, RNE, {0, ONE, THREE}, THREE, 0},
        {FMA, S, RNE, {TWO, THREE, 0}, 0x40c00000, 0},
        /* 2^127 * 2 is beyond the range, and comes back into it */
        {FMA, S, RNE, {0x7f000000, TWO, MINUS | MAX}, 0x73800000, 0},
    };
    CHECK(rows);
}

Test(edges, roots_and_quotients)
{
    static const struct row rows[] = {
        {SQRT, S, RNE, {0x40800000}, TWO, 0},
        {SQRT, S, RNE, {TWO}, 0x3fb504f3, NX},
        {SQRT, S, RUP, {TWO}, 0x3fb504f4, NX},
        {SQRT, D, RNE, {0x4000000000000000}, 0x3ff6a09e667f3bcd, NX},
        {SQRT, D, RTZ, {0x4000000000000000}, 0x3ff6a09e667f3bcc, NX},
        {SQRT, S, RNE, {1}, 0x1a3504f3, NX},        /* 2^-149: root of 2, times 2^-75 */
        {SQRT, D, RNE, {1}, 0x1e60000000000000, 0}, /* 2^-1074 */
        {SQRT, S, RNE, {INF}, INF, 0},
        {SQRT, S, RTZ, {ONE - 1}, ONE - 1, NX},
        {DIV, S, RNE, {ONE, THREE}, 0x3eaaaaab, NX},
        {DIV, S, RTZ, {ONE, THREE}, 0x3eaaaaaa, NX},
        {DIV, S, RNE, {0x40c00000, THREE}, TWO, 0},
        {DIV, D, RNE, {ONE_D, 0x4008000000000000}, 0x3fd5555555555555, NX},
        {DIV, D, RUP, {ONE_D, 0x4008000000000000}, 0x3fd5555555555556, NX},
        {DIV, S, RNE, {1, 1}, ONE, 0},
    };
    CHECK(rows);
}

/* ISA 11.6, 11.8 */
Test(edges, min_max_and_comparisons_know_zeros_and_nans)
{
    static const struct row rows[] = {
        {LESSER, S, RNE, {0, MINUS}, MINUS, 0},
        {LESSER, S, RNE, {MINUS, 0}, MINUS, 0},
        {GREATER, S, RNE, {0, MINUS}, 0, 0},
        {GREATER, S, RNE, {MINUS, 0}, 0, 0},
        {LESSER, S, RNE, {QNAN, ONE}, ONE, 0},
        {LESSER, S, RNE, {ONE, 0xffffffff}, ONE, 0},
        {GREATER, S, RNE, {SNAN, ONE}, ONE, NV},
        {LESSER, S, RNE, {ONE, SNAN}, ONE, NV},
        {LESSER, S, RNE, {0xffc00001, 0xffffffff}, QNAN, 0},
        {GREATER, S, RNE, {SNAN, QNAN}, QNAN, NV},
        {GREATER, D, RNE, {SNAN_D, SNAN_D}, QNAN_D, NV},
        {LESSER, D, RNE, {MINUS_D | INF_D, MINUS_D | MAX_D}, MINUS_D | INF_D, 0},
        {GREATER, D, RNE, {INF_D, MAX_D}, INF_D, 0},
        {LESSER, D, RNE, {1, 0}, 0, 0},
        {EQ, S, RNE, {0, MINUS}, 1, 0},
        {EQ, S, RNE, {QNAN, QNAN}, 0, 0},
        {EQ, S, RNE, {SNAN, ONE}, 0, NV},
        {EQ, D, RNE, {ONE_D, ONE_D}, 1, 0},
        {LT, S, RNE, {MINUS, 0}, 0, 0},
        {LT, S, RNE, {QNAN, ONE}, 0, NV},
        {LT, S, RNE, {ONE, SNAN}, 0, NV},
        {LT, D, RNE, {MINUS_D | 1, 1}, 1, 0},
        {LT, S, RNE, {MINUS | TWO, MINUS | ONE}, 1, 0},
        {LE, S, RNE, {0, MINUS}, 1, 0},
        {LE, S, RNE, {ONE, QNAN}, 0, NV},
        {LE, D, RNE, {SNAN_D, ONE_D}, 0, NV},
        {LE, D, RNE, {INF_D, INF_D}, 1, 0},
    };
    CHECK(rows);
}

/* ISA table 11.4, and rounding to an integer. */
Test(edges, what_fits_no_integer_saturates_and_is_invalid_and_not_inexact)
{
    static const struct {
        enum fp_format format;
        unsigned rounding;
        uint64_t a;
        enum fp_integer to;
        uint64_t result;
        unsigned flags;
    } rows[] = {
        {S, RNE, QNAN, INT_W, 0x7fffffff, NV},
        {S, RNE, 0xffffffff, INT_W, 0x7fffffff, NV},
        {S, RNE, QNAN, INT_WU, ~(uint64_t)0, NV},
        {D, RNE, SNAN_D, INT_L, INT64_MAX, NV},
        {D, RNE, QNAN_D, INT_LU, UINT64_MAX, NV},
        {S, RNE, INF, INT_W, 0x7fffffff, NV},
        {S, RNE, MINUS | INF, INT_W, 0xffffffff80000000, NV},
        {S, RNE, INF, INT_WU, ~(uint64_t)0, NV},
        {S, RNE, MINUS | INF, INT_WU, 0, NV},
        {S, RNE, MINUS | INF, INT_L, 0x8000000000000000, NV},
        {S, RNE, MINUS | INF, INT_LU, 0, NV},
        {S, RNE, 0x4f000000, INT_W, 0x7fffffff, NV}, /* 2^31 */
        {S, RNE, 0x4effffff, INT_W, 0x7fffff80, 0},
        {S, RNE, 0xcf000000, INT_W, 0xffffffff80000000, 0},
        {S, RNE, 0xcf000001, INT_W, 0xffffffff80000000, NV},
        {S, RNE, 0x4f000000, INT_WU, 0xffffffff80000000, 0},
        {S, RNE, 0x4f800000, INT_WU, ~(uint64_t)0, NV}, /* 2^32 */
        {S, RNE, 0x5f000000, INT_L, INT64_MAX, NV},     /* 2^63 */
        {S, RNE, 0xdf000000, INT_L, 0x8000000000000000, 0},
        {S, RNE, 0x5f800000, INT_LU, UINT64_MAX, NV}, /* 2^64 */
        {S, RNE, 0x5f7fffff, INT_LU, 0xffffff0000000000, 0},
        {S, RNE, MAX, INT_LU, UINT64_MAX, NV},
        {D, RNE, 0x41dfffffffe00000, INT_W, 0x7fffffff, NV}, /* 2^31 - 1/2 */
        {D, RTZ, 0x41dfffffffe00000, INT_W, 0x7fffffff, NX},
        {D, RDN, 0x41dfffffffe00000, INT_W, 0x7fffffff, NX},
        {D, RUP, 0xc1e0000000100000, INT_W, 0xffffffff80000000, NX}, /* -2^31 - 1/2 */
        {D, RDN, 0xc1e0000000100000, INT_W, 0xffffffff80000000, NV},
        {D, RNE, 0xc1e0000000100000, INT_W, 0xffffffff80000000, NX},
        {D, RMM, 0xc1e0000000100000, INT_W, 0xffffffff80000000, NV},
        {D, RMM, 0x41efffffffe00000, INT_WU, 0xffffffffffffffff, 0},
        {D, RNE, 0x41effffffff00000, INT_WU, 0xffffffffffffffff, NV}, /* 2^32 - 1/2 */
        {D, RTZ, 0x41effffffff00000, INT_WU, 0xffffffffffffffff, NX},
        /* near zero: an unsigned integer takes what rounds to zero */
        {S, RNE, 0xbf000000, INT_WU, 0, NX}, /* -1/2 */
        {S, RMM, 0xbf000000, INT_WU, 0, NV},
        {S, RDN, 0x80000001, INT_WU, 0, NV},
        {S, RUP, 0x80000001, INT_WU, 0, NX},
        {S, RTZ, 0xbf7fffff, INT_LU, 0, NX},
        {S, RNE, MINUS | ONE, INT_LU, 0, NV},
        {S, RNE, MINUS, INT_LU, 0, 0},
        {S, RUP, 1, INT_W, 1, NX},
        {S, RNE, 0x3f000000, INT_W, 0, NX},
        {S, RMM, 0x3f000000, INT_W, 1, NX},
        {S, RNE, 0x3fc00000, INT_W, 2, NX}, /* 1 1/2 */
        {S, RNE, 0x40200000, INT_W, 2, NX}, /* 2 1/2 */
        {S, RMM, 0x40200000, INT_W, 3, NX},
        {S, RMM, 0xc0200000, INT_W, 0xfffffffffffffffd, NX},
        {S, RDN, 0xbfc00000, INT_L, 0xfffffffffffffffe, NX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fp_env env = {.rounding = rows[i].rounding};
        uint64_t result = fp_ops.to_int(&env, rows[i].format, rows[i].a, rows[i].to);
        cr_expect(result == rows[i].result && env.flags == rows[i].flags, "row %zu: %lx flags %x",
                  i, result, env.flags);
    }
}

Test(edges, integers_become_the_nearest_number)
{
    static const struct {
        enum fp_format format;
        unsigned rounding;
        uint64_t a;
        enum fp_integer from;
        uint64_t result;
        unsigned flags;
    } rows[] = {
        {S, RDN, 0, INT_L, 0, 0},
        {S, RNE, 0xffffffff, INT_W, 0xbf800000, 0}, /* the low word counts: -1 */
        {S, RNE, 0xffffffff00000001, INT_W, ONE, 0},
        {S, RNE, 0xffffffff, INT_WU, 0x4f800000, NX},
        {S, RTZ, 0xffffffff, INT_WU, 0x4f7fffff, NX},
        {D, RNE, 0xffffffffffffffff, INT_WU, 0x41efffffffe00000, 0},
        {S, RNE, 0x80000000, INT_W, 0xcf000000, 0},
        {D, RNE, 0x8000000000000000, INT_L, 0xc3e0000000000000, 0},
        {D, RNE, 0x8000000000000000, INT_LU, 0x43e0000000000000, 0},
        {D, RNE, UINT64_MAX, INT_LU, 0x43f0000000000000, NX},
        {D, RTZ, UINT64_MAX, INT_LU, 0x43efffffffffffff, NX},
        {D, RNE, UINT64_MAX, INT_L, 0xbff0000000000000, 0},
        {S, RNE, 0x1000001, INT_L, 0x4b800000, NX}, /* 2^24 + 1: a tie */
        {S, RMM, 0x1000001, INT_L, 0x4b800001, NX},
        {S, RDN, (uint64_t)-0x1000001, INT_L, 0xcb800001, NX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fp_env env = {.rounding = rows[i].rounding};
        uint64_t result = fp_ops.from_int(&env, rows[i].format, rows[i].a, rows[i].from);
        cr_expect(result == rows[i].result && env.flags == rows[i].flags, "row %zu: %lx flags %x",
                  i, result, env.flags);
    }
}

/* ISA table 11.5 */
Test(edges, class_is_one_bit_of_ten)
{
    static const uint64_t singles[] = {0xff800000, 0xbf800000, 0x80000001, 0x80000000, 0,
                                       0x007fffff, 0x00800000, 0x7f800000, 0x7f800001, 0xffc00000};
    static const uint64_t doubles[] = {
        0xfff0000000000000, 0x8010000000000000, 0x800fffffffffffff, 0x8000000000000000, 0, 1,
        0x7fefffffffffffff, 0x7ff0000000000000, 0xfff7ffffffffffff, 0x7ff8000000000000};
    for (int i = 0; i < 10; i++) {
        cr_expect_eq(fp_class(FP_S, singles[i]), (uint64_t)1 << i, "%lx", singles[i]);
        cr_expect_eq(fp_class(FP_D, doubles[i]), (uint64_t)1 << i, "%lx", doubles[i]);
    }
}
