/* The nanobenchmarks do what they say: the exits of each are those of its operation, and it goes
 * round on every machine. */
#include "nano.h"

#include <criterion/criterion.h>
#include <string.h>

enum {
    SET_UP = 25000, /* the guest makes its tables */
#ifdef HOSTILE
    STEPS = 4000, /* all shadows are gone through at every exit */
#else
    STEPS = 40000,
#endif
};

static void run_on(unsigned which, const struct nano *nano, struct reading *reading)
{
    struct boot boot;
    struct side side;
    char error[256];
    cr_assert(nano_prepare(nano, "", &boot, error, sizeof error), "%s", error);
    cr_assert(nano_open(&side, which, nano, &boot));
    struct reading warm = {0};
    side.run(side.owner, SET_UP, &warm);
    memset(reading, 0, sizeof *reading);
    side.run(side.owner, STEPS, reading);
    nano_close(&side);
    boot_free(&boot);
}

Test(nano, every_loop_goes_round_alike_on_every_machine)
{
    for (unsigned i = 0; i < nano_count; i++) {
        struct reading bare, vm;
        if (nanos[i].loop < 0)
            continue;
        run_on(0, &nanos[i], &bare);
        cr_expect_gt(bare.operations, STEPS / 1000, "%s", nanos[i].name);
        for (unsigned which = 1; which < nano_sides(); which++) {
            run_on(which, &nanos[i], &vm);
            cr_expect_eq(vm.operations, bare.operations, "%s on %s", nanos[i].name,
                         nano_side_name(which));
        }
    }
}

Test(nano, each_causes_the_exits_that_it_is_named_for)
{
    static const struct {
        const char *name;
        enum exit_reason reason;
        double least; /* an operation, under whatever policy */
    } rows[] = {
        {"syscall", EXIT_ECALL, 1},           {"syscall", EXIT_PRIVILEGED, 3},
        {"csr", EXIT_PRIVILEGED, 1},          {"device", EXIT_MMIO, 1},
        {"page fault", EXIT_GUEST_FAULT, 1},  {"page fault", EXIT_FILL, 1},
        {"table update", EXIT_PRIVILEGED, 1}, {"switch", EXIT_PRIVILEGED, 1},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned n = 0; n < nano_count; n++)
            for (unsigned which = 1; which < nano_sides(); which++) {
                struct reading vm;
                if (strcmp(nanos[n].name, rows[i].name) != 0)
                    continue;
                run_on(which, &nanos[n], &vm);
                double each = (double)vm.exits[rows[i].reason] / (double)vm.operations;
                cr_expect_gt(each, rows[i].least * 0.99, "%s on %s: %g", rows[i].name,
                             nano_side_name(which), each);
            }
}

#ifndef HOSTILE /* where caches are tiny, work comes back for its pages */
Test(nano, computing_causes_no_exit)
{
    struct reading vm;
    for (unsigned which = 1; which < nano_sides(); which++) {
        run_on(which, &nanos[0], &vm);
        for (unsigned i = 0; i < EXIT_COUNT; i++)
            cr_expect(i == EXIT_BUDGET || vm.exits[i] == 0, "%s on %s", exit_text[i],
                      nano_side_name(which));
    }
}
#endif
