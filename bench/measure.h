/* Measuring: one guest on several machines, in turns, so that what disturbs the host disturbs them
 * alike. The guest is the same everywhere and runs for steps, so a slice of so many steps is the
 * same work on each, and times can be divided. */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdbool.h>

#include "exit.h"

/* What a machine has come to since it was built. */
struct reading {
    double seconds;             /* of CPU time, in its slices */
    uint64_t operations;        /* that the guest did */
    uint64_t exits[EXIT_COUNT]; /* of the VM; none where it is bare */
};

struct side {
    const char *name;
    void *owner;
    /* Runs the guest for `steps` more, and adds to *reading what came of it. */
    void (*run)(void *owner, uint64_t steps, struct reading *reading);
};

/* What came out for one side. Times are medians over the rounds; exits are means. */
struct figures {
    double ns;               /* an operation */
    double ratio;            /* time over the first side's, in one round */
    double exits;            /* an operation: traps that came to the VMM */
    double ns_exit;          /* what an exit costs over the first side's time; 0: there are none */
    double each[EXIT_COUNT]; /* exits an operation, by reason */
};

enum { MEASURE_SIDES = 8, MEASURE_ROUNDS = 64 };

/* Runs `count` sides by turns, `rounds` slices of `steps` each after one to warm up. The first is
 * what the others are compared with. */
void measure(const struct side *sides, unsigned count, unsigned rounds, uint64_t steps,
             struct figures *figures);

/* True for a reason that the hart reports; others are what such an exit turned out to be. */
bool measure_is_exit(enum exit_reason reason);

#endif
