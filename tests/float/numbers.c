/* C with floating point, as a compiler and its library make it of it: series, roots, sums, printf.
 */
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void put_byte(char byte);

static int put(char byte, FILE *file)
{
    (void)file;
    put_byte(byte);
    return byte;
}

static FILE console = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &console;

/* The heat equation on a rod: many sums and products in both precisions. */
static void heat(void)
{
    double rod[32] = {[0] = 100}, next[32];
    float narrow[32] = {[0] = 100}, narrow_next[32];
    for (int step = 0; step < 500; step++) {
        for (int i = 1; i < 31; i++) {
            next[i] = rod[i] + 0.25 * (rod[i - 1] - 2 * rod[i] + rod[i + 1]);
            narrow_next[i] = narrow[i] + 0.25f * (narrow[i - 1] - 2 * narrow[i] + narrow[i + 1]);
        }
        for (int i = 1; i < 31; i++) {
            rod[i] = next[i];
            narrow[i] = narrow_next[i];
        }
    }
    for (int i = 0; i < 32; i += 5)
        printf("rod %2d: %.17g %.9g\n", i, rod[i], (double)narrow[i]);
}

static void series(void)
{
    double pi = 0, e = 1, term = 1;
    for (int i = 0; i < 20000; i++)
        pi += (i & 1 ? -4.0 : 4.0) / (2 * i + 1);
    for (int i = 1; i < 25; i++)
        e += term /= i;
    printf("pi %.17g, e %.17g (%a)\n", pi, e, e);
    for (int i = 0; i < 10; i++) {
        double x = i * 0.7 - 3;
        printf("%5.1f: sin %.17g exp %.17g atan %.17g cbrt %.17g pow %.17g\n", x, sin(x), exp(x),
               atan(x), cbrt(x), pow(fabs(x), 1.5));
        printf("       sqrtf %.9g logf %.9g fma %.17g\n", (double)sqrtf((float)i),
               (double)logf((float)i + 1), fma(x, x, -1));
    }
}

static void modes(void)
{
    static const int rounding[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
    for (int i = 0; i < 4; i++) {
        volatile double one = 1, ten = 10, huge = 1e308, least = 5e-324;
        volatile float third = 0;
        fesetround(rounding[i]);
        feclearexcept(FE_ALL_EXCEPT);
        third = (float)(one / 3);
        printf("mode %d: %a %a %ld %ld", i, one / ten, (double)third, lrint(2.5), lrint(-0.3));
        volatile double over = huge * ten, under = least / 3;
        printf(" %a %a flags %x\n", over, under, (unsigned)fetestexcept(FE_ALL_EXCEPT));
    }
    fesetround(FE_TONEAREST);
}

static void edges(void)
{
    volatile double zero = 0, big = 1e300;
    printf("%g %g %g %g\n", 1 / zero, -1 / zero, zero / zero, sqrt(-big));
    printf("%d %u %ld\n", (int)big, (unsigned)-big, (long)(zero / zero));
    printf("%.17g %.17g %g\n", strtod("0.1", NULL), strtod("2.2250738585072011e-308", NULL),
           (double)strtof("1e-46", NULL));
    for (int i = -330; i < 310; i += 80)
        printf("1e%d = %.17g\n", i, strtod("1", NULL) * pow(10, i));
}

int main(void)
{
    heat();
    series();
    modes();
    edges();
    return 0;
}
