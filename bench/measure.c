/* Rounds, medians, and what follows from them. */
#include "measure.h"

#include <stdlib.h>
#include <string.h>

#include "hart.h"

bool measure_is_exit(enum exit_reason reason)
{
#define NO_CAUSE (~(uint64_t)0)
    static const uint64_t causes[] = {
#define EXIT(reason, cause, ...) cause,
#include "exit.def"
    };
    return causes[reason] != NO_CAUSE;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *values, unsigned count)
{
    double sorted[MEASURE_ROUNDS];
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, compare_doubles);
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

/* What one side's rounds come to beside the first side's. */
static struct figures figure(const double *seconds, const double *base, unsigned rounds,
                             const struct reading *all)
{
    double ratios[MEASURE_ROUNDS], extra[MEASURE_ROUNDS];
    double operations = (double)all->operations / rounds; /* of one round */
    struct figures f = {0};
    for (unsigned i = 0; i < rounds; i++) {
        ratios[i] = seconds[i] / base[i];
        extra[i] = seconds[i] - base[i];
    }
    f.ratio = median(ratios, rounds);
    if (!all->operations)
        return f;
    f.ns = median(seconds, rounds) * 1e9 / operations;
    for (unsigned i = 0; i < EXIT_COUNT; i++) {
        f.each[i] = (double)all->exits[i] / (double)all->operations;
        f.exits += measure_is_exit((enum exit_reason)i) ? f.each[i] : 0;
    }
    if (f.exits > 0)
        f.ns_exit = median(extra, rounds) * 1e9 / operations / f.exits;
    return f;
}

void measure(const struct side *sides, unsigned count, unsigned rounds, uint64_t steps,
             struct figures *figures)
{
    static double seconds[MEASURE_SIDES][MEASURE_ROUNDS];
    struct reading all[MEASURE_SIDES] = {0}, warm;
    for (unsigned side = 0; side < count; side++) {
        memset(&warm, 0, sizeof warm);
        sides[side].run(sides[side].owner, steps, &warm);
    }
    for (unsigned round = 0; round < rounds; round++)
        for (unsigned side = 0; side < count; side++) {
            double before = all[side].seconds;
            sides[side].run(sides[side].owner, steps, &all[side]);
            seconds[side][round] = all[side].seconds - before;
        }
    for (unsigned side = 0; side < count; side++)
        figures[side] = figure(seconds[side], seconds[0], rounds, &all[side]);
}
