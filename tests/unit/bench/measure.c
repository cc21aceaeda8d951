/* What is made of measurements: a side that is slow by plan shows, and by how much. */
#include "measure.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "table.h"

/* A machine whose every step takes so long, and where every operation is ten steps. */
struct planted {
    double ns_step, ns_exit;
    uint64_t exits; /* an operation */
    unsigned slices;
    unsigned disturbed; /* this slice takes a hundred times as long */
};

static void run(void *owner, uint64_t steps, struct reading *reading)
{
    struct planted *side = owner;
    uint64_t operations = steps / 10, exits = operations * side->exits;
    double ns = (double)steps * side->ns_step + (double)exits * side->ns_exit;
    if (++side->slices == side->disturbed)
        ns *= 100;
    reading->seconds += ns / 1e9;
    reading->operations += operations;
    reading->exits[EXIT_PRIVILEGED] += exits;
    reading->exits[EXIT_FILL] += exits / 2; /* what some of them turned out to be */
}

static struct figures figures[2];

static void measure_two(struct planted *bare, struct planted *vm)
{
    const struct side sides[] = {{"bare", bare, run}, {"slow", vm, run}};
    measure(sides, 2, 9, 1000, figures);
}

static bool is_near(double value, double wanted)
{
    return value > wanted * 0.999 && value < wanted * 1.001;
}

Test(measure, a_side_that_is_slow_by_plan_shows)
{
    struct planted bare = {.ns_step = 2}, vm = {.ns_step = 2, .ns_exit = 30, .exits = 2};
    measure_two(&bare, &vm);
    cr_expect(is_near(figures[0].ns, 20), "%g", figures[0].ns);
    cr_expect(is_near(figures[0].ratio, 1));
    cr_expect(is_near(figures[1].ns, 80), "%g", figures[1].ns);
    cr_expect(is_near(figures[1].ratio, 4), "%g", figures[1].ratio);
    cr_expect(is_near(figures[1].exits, 2));
    cr_expect(is_near(figures[1].ns_exit, 30), "%g", figures[1].ns_exit);
    cr_expect(is_near(figures[1].each[EXIT_PRIVILEGED], 2));
    cr_expect(is_near(figures[1].each[EXIT_FILL], 1));
    cr_expect_eq(bare.slices, 10, "one to warm up");
}

Test(measure, a_disturbed_slice_does_not_show)
{
    struct planted bare = {.ns_step = 2, .disturbed = 4}, vm = {.ns_step = 3, .disturbed = 7};
    measure_two(&bare, &vm);
    cr_expect(is_near(figures[1].ratio, 1.5), "%g", figures[1].ratio);
    cr_expect(is_near(figures[1].ns, 30));
    cr_expect_eq(figures[1].ns_exit, 0, "there are no exits to charge");
}

Test(measure, only_what_the_hart_reports_is_an_exit)
{
    cr_expect(measure_is_exit(EXIT_PRIVILEGED));
    cr_expect(measure_is_exit(EXIT_STORE_FAULT));
    cr_expect_not(measure_is_exit(EXIT_BUDGET));
    cr_expect_not(measure_is_exit(EXIT_FILL));
    cr_expect_not(measure_is_exit(EXIT_MMIO));
}

Test(measure, the_table_has_a_line_a_side_with_the_reasons_that_dominate)
{
    struct planted bare = {.ns_step = 2}, vm = {.ns_step = 2, .ns_exit = 30, .exits = 2};
    const struct side sides[] = {{"bare", &bare, run}, {"slow", &vm, run}};
    char text[1000] = "";
    measure(sides, 2, 9, 1000, figures);
    FILE *out = fmemopen(text, sizeof text, "w");
    table_print(out, "planted", sides, 2, figures);
    fclose(out);
    char *second = strchr(text, '\n');
    cr_assert_not_null(second);
    *second++ = 0;
    cr_expect_eq(strncmp(text, "planted       bare ", 19), 0, "%s", text);
    cr_expect_not_null(strstr(second, " slow "));
    cr_expect_not_null(strstr(second, " 4.00 "), "%s", second);
    cr_expect_not_null(strstr(second, " 30  2 privileged or illegal instruction, 1 shadow fill\n"),
                       "%s", second);
}
