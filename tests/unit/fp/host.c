/* Arithmetic against the host's floating point, which shares nothing with isa/fp's integers: all
 * its rounding modes and flags, on random and special operands. RMM, which no host has, is derived
 * from where the exact result lies. */
#include <criterion/criterion.h>
#include <fenv.h>
#include <math.h>
#include <string.h>

#include "fp_ops.h"
#include "operands.h"

enum { ROUNDS = 60000 };

static const struct {
    enum fp_rounding ours;
    int host;
    const char *name;
} modes[] = {
    {RM_RNE, FE_TONEAREST, "rne"},
    {RM_RTZ, FE_TOWARDZERO, "rtz"},
    {RM_RDN, FE_DOWNWARD, "rdn"},
    {RM_RUP, FE_UPWARD, "rup"},
};
enum { MODES = sizeof modes / sizeof *modes };

enum op { ADD, MUL, DIV, SQRT, FMA, OPS };
static const char *const op_names[OPS] = {"add", "mul", "div", "sqrt", "fma"};

static float single_of(uint64_t bits)
{
    uint32_t word = (uint32_t)bits;
    float value;
    memcpy(&value, &word, sizeof value);
    return value;
}

static uint64_t bits_of_single(float value)
{
    uint32_t word;
    memcpy(&word, &value, sizeof word);
    return word;
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t bits_of_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* volatile: the compiler does not know that the rounding mode changes. */
static uint64_t host_single(enum op op, const uint64_t *v)
{
    volatile float a = single_of(v[0]), b = single_of(v[1]), c = single_of(v[2]), r = 0;
    switch (op) {
    case ADD:
        r = a + b;
        break;
    case MUL:
        r = a * b;
        break;
    case DIV:
        r = a / b;
        break;
    case SQRT:
        r = sqrtf(a);
        break;
    case FMA:
        r = fmaf(a, b, c);
        break;
    case OPS:
        break;
    }
    return bits_of_single(r);
}

static uint64_t host_double(enum op op, const uint64_t *v)
{
    volatile double a = double_of(v[0]), b = double_of(v[1]), c = double_of(v[2]), r = 0;
    switch (op) {
    case ADD:
        r = a + b;
        break;
    case MUL:
        r = a * b;
        break;
    case DIV:
        r = a / b;
        break;
    case SQRT:
        r = sqrt(a);
        break;
    case FMA:
        r = fma(a, b, c);
        break;
    case OPS:
        break;
    }
    return bits_of_double(r);
}

/* The host's flags as RISC-V's. */
static unsigned flags_of_host(void)
{
    int raised = fetestexcept(FE_ALL_EXCEPT);
    return (raised & FE_INVALID ? FFLAGS_NV : 0) | (raised & FE_DIVBYZERO ? FFLAGS_DZ : 0) |
           (raised & FE_OVERFLOW ? FFLAGS_OF : 0) | (raised & FE_UNDERFLOW ? FFLAGS_UF : 0) |
           (raised & FE_INEXACT ? FFLAGS_NX : 0);
}

static uint64_t canonical(enum fp_format format, uint64_t bits)
{
    bool is_nan = fp_class(format, bits) >> 8;
    return is_nan ? (format == FP_S ? FP_NAN_S : FP_NAN_D) : bits;
}

static uint64_t ours(struct fp_env *env, enum op op, enum fp_format format, const uint64_t *v)
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
    case OPS:
        break;
    }
    return 0;
}

/* Where tininess is detected before rounding (arm64), UF means something else. */
#if defined __x86_64__ || defined __i386__
#define COMPARED (unsigned)(FFLAGS_NV | FFLAGS_DZ | FFLAGS_OF | FFLAGS_UF | FFLAGS_NX)
#else
#define COMPARED (unsigned)(FFLAGS_NV | FFLAGS_DZ | FFLAGS_OF | FFLAGS_NX)
#endif

/* Our operation is asked twice: by itself, and with NX set, which lets it use the host's. */
static void check(enum op op, enum fp_format format, int mode, const uint64_t *v)
{
    struct fp_env env = {.rounding = modes[mode].ours}, again = env;
    again.flags = FFLAGS_NX;
    uint64_t result = ours(&env, op, format, v), same = ours(&again, op, format, v);
    fesetround(modes[mode].host);
    feclearexcept(FE_ALL_EXCEPT);
    uint64_t host = canonical(format, format == FP_S ? host_single(op, v) : host_double(op, v));
    unsigned flags = flags_of_host();
    fesetround(FE_TONEAREST);
    if (result != host || (env.flags ^ flags) & COMPARED || same != result ||
        again.flags != (env.flags | FFLAGS_NX))
        cr_expect_fail("%s %s %s %lx %lx %lx: %lx flags %x, host %lx flags %x, with NX %lx",
                       op_names[op], format == FP_S ? "s" : "d", modes[mode].name, v[0], v[1], v[2],
                       result, env.flags, host, flags, same);
}

static void check_random(enum op op, enum fp_format format)
{
    uint64_t state = (uint64_t)op * 2 + format;
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t v[3];
        for (int k = 0; k < 3; k++)
            v[k] = operand(&state, format);
        check(op, format, i % MODES, v);
    }
}

static void check_specials(enum op op, enum fp_format format)
{
    const uint64_t *specials = format == FP_S ? specials_s : specials_d;
    size_t count = format == FP_S ? sizeof specials_s / sizeof *specials_s
                                  : sizeof specials_d / sizeof *specials_d;
    uint64_t sign = format == FP_S ? FP_SIGN_S : FP_SIGN_D;
    for (size_t i = 0; i < count * count * 4 * MODES; i++) {
        size_t a = i / MODES / 4 % count, b = i / MODES / 4 / count;
        uint64_t v[3] = {specials[a] | (i / MODES & 1 ? sign : 0),
                         specials[b] | (i / MODES & 2 ? sign : 0), specials[(a + b) % count]};
        check(op, format, i % MODES, v);
    }
}

static void check_all(enum op op)
{
    for (enum fp_format format = FP_S; format <= FP_D; format++) {
        check_random(op, format);
        check_specials(op, format);
    }
}

Test(host, sums_are_the_hosts)
{
    check_all(ADD);
}
Test(host, products_are_the_hosts)
{
    check_all(MUL);
}
Test(host, quotients_are_the_hosts)
{
    check_all(DIV);
}
Test(host, roots_are_the_hosts)
{
    check_all(SQRT);
}
Test(host, fused_products_and_sums_are_the_hosts)
{
    check_all(FMA);
}

Test(host, narrowing_is_the_hosts)
{
    uint64_t state = 77;
    for (int i = 0; i < ROUNDS * 4; i++) {
        int mode = i % MODES;
        struct fp_env env = {.rounding = modes[mode].ours};
        uint64_t a = operand(&state, FP_D);
        if (i % 3 == 0) /* where singles are */
            a = (a & ~((uint64_t)0x7ff << 52)) | (next_random(&state) % 300 + 870) << 52;
        uint64_t result = fp_ops.convert(&env, FP_S, FP_D, a);
        fesetround(modes[mode].host);
        feclearexcept(FE_ALL_EXCEPT);
        volatile double wide = double_of(a);
        volatile float narrow = (float)wide;
        unsigned flags = flags_of_host();
        fesetround(FE_TONEAREST);
        if (result != canonical(FP_S, bits_of_single(narrow)) || (env.flags ^ flags) & COMPARED)
            cr_expect_fail("%s %lx: %lx flags %x, host %lx flags %x", modes[mode].name, a, result,
                           env.flags, bits_of_single(narrow), flags);
    }
}

/* A single is widened exactly: what comes back is the same, without a flag. */
Test(host, widening_is_exact)
{
    uint64_t state = 78;
    for (int i = 0; i < ROUNDS; i++) {
        struct fp_env env = {.rounding = RM_RUP};
        uint64_t a = operand(&state, FP_S);
        if (fp_class(FP_S, a) >> 8)
            continue;
        uint64_t wide = fp_ops.convert(&env, FP_D, FP_S, a);
        cr_expect(wide == bits_of_double((double)single_of(a)) && !env.flags, "%lx", a);
    }
}

Test(host, integers_are_rounded_as_the_host_does)
{
    uint64_t state = 79;
    for (int i = 0; i < ROUNDS; i++) {
        int mode = i % MODES;
        uint64_t n = next_random(&state) >> next_random(&state) % 64;
        n = i & 8 ? -n : n;
        fesetround(modes[mode].host);
        volatile int64_t l = (int64_t)n;
        volatile uint64_t lu = n;
        volatile int32_t w = (int32_t)n;
        volatile uint32_t wu = (uint32_t)n;
        uint64_t host[2][4] = {{bits_of_single((float)w), bits_of_single((float)wu),
                                bits_of_single((float)l), bits_of_single((float)lu)},
                               {bits_of_double((double)w), bits_of_double((double)wu),
                                bits_of_double((double)l), bits_of_double((double)lu)}};
        fesetround(FE_TONEAREST);
        for (int k = 0; k < 8; k++) {
            struct fp_env env = {.rounding = modes[mode].ours};
            uint64_t result =
                fp_ops.from_int(&env, (enum fp_format)(k / 4), n, (enum fp_integer)(k % 4));
            cr_expect(result == host[k / 4][k % 4], "%s %lx kind %d: %lx, host %lx",
                      modes[mode].name, n, k, result, host[k / 4][k % 4]);
        }
    }
}

/* Where the value fits, the host's rint and cast say what it is, and whether it is inexact. */
Test(host, values_are_rounded_to_integers_as_the_host_does)
{
    double (*volatile library_rint)(double) = rint; /* compilers inline one that knows only rne */
    uint64_t state = 80;
    for (int i = 0; i < ROUNDS * 4; i++) {
        int mode = i % MODES;
        uint64_t a = operand(&state, FP_D);
        volatile double value = double_of(a);
        if (!(fabs(value) < 0x1p62))
            continue;
        struct fp_env env = {.rounding = modes[mode].ours};
        fesetround(modes[mode].host);
        volatile double whole = library_rint(value);
        fesetround(FE_TONEAREST);
        uint64_t result = fp_ops.to_int(&env, FP_D, a, INT_L);
        cr_expect(result == (uint64_t)(int64_t)whole, "%s %lx: %lx", modes[mode].name, a, result);
        cr_expect_eq(env.flags, whole != value ? FFLAGS_NX : 0, "%lx", a);
    }
}

/* RMM, by where the exact result lies between its neighbours: a product of singles is exact in a
 * double, and so is the middle of two neighbouring singles. */
static uint64_t rmm_of(double exact)
{
    volatile double wide = exact;
    fesetround(FE_DOWNWARD);
    volatile float below = (float)wide;
    fesetround(FE_UPWARD);
    volatile float above = (float)wide;
    fesetround(FE_TONEAREST);
    double middle = ((double)below + (double)above) / 2;
    bool up = exact > middle || (exact == middle && exact > 0);
    return bits_of_single(up ? above : below);
}

Test(host, rmm_goes_away_from_zero_at_the_middle)
{
    uint64_t state = 81;
    unsigned ties = 0;
    for (int i = 0; i < ROUNDS * 4; i++) {
        uint64_t a = operand(&state, FP_S), b = operand(&state, FP_S);
        struct fp_env env = {.rounding = RM_RMM}, nearest = {.rounding = RM_RNE};
        double exact = (double)single_of(a) * (double)single_of(b);
        if (!(fabs(exact) >= 0x1p-149 && fabs(exact) < 0x1p127))
            continue;
        uint64_t result = fp_ops.mul(&env, FP_S, a, b);
        cr_expect(result == rmm_of(exact), "%lx * %lx: %lx", a, b, result);
        ties += result != fp_ops.mul(&nearest, FP_S, a, b);
        cr_expect_eq(fp_ops.convert(&env, FP_S, FP_D, bits_of_double(exact)), result);
    }
    cr_expect(ties > 100, "%u", ties);
}

/* min, max and the comparisons of numbers, by the host's; NaNs are worked out by hand elsewhere. */
Test(host, numbers_compare_as_the_host_says)
{
    uint64_t state = 82;
    for (int i = 0; i < ROUNDS * 2; i++) {
        enum fp_format format = i & 1 ? FP_D : FP_S;
        uint64_t a = operand(&state, format), b = i % 5 ? operand(&state, format) : a;
        double x = format == FP_S ? (double)single_of(a) : double_of(a);
        double y = format == FP_S ? (double)single_of(b) : double_of(b);
        if (isnan(x) || isnan(y))
            continue;
        struct fp_env env = {.rounding = RM_RNE};
        bool is_less = x < y || (x == y && signbit(x) && !signbit(y));
        cr_expect_eq(fp_ops.eq(&env, format, a, b), x == y, "%lx %lx", a, b);
        cr_expect_eq(fp_ops.lt(&env, format, a, b), x < y, "%lx %lx", a, b);
        cr_expect_eq(fp_ops.le(&env, format, a, b), x <= y, "%lx %lx", a, b);
        cr_expect_eq(fp_ops.min(&env, format, a, b), is_less ? a : b, "%lx %lx", a, b);
        cr_expect_eq(fp_ops.max(&env, format, a, b), is_less ? b : a, "%lx %lx", a, b);
        cr_expect_eq(env.flags, 0);
    }
}
