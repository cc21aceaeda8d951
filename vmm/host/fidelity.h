/* Lockstep: the same guest bare and in a VM, compared step by step.
 *
 * Both sides run ahead by an interval and everything is compared; on a difference both go back to
 * the last agreement, and the first step that differs is searched for. Guest memory is compared by
 * the pages that either side wrote since.
 *
 * What comes from outside comes to the bare machine, at the end of what was run so far; the VM, and
 * whoever goes back, finds it in the log. What goes out, goes out once. */
#ifndef FIDELITY_H
#define FIDELITY_H

#include <stdio.h>

#include "hosted.h"
#include "net.h"
#include "save.h"

/* A fault on the VM's side alone, for tests of the checker: `spoil` is called before each of the
 * VM's steps from `from` to `to`, when the VM's clock says so. */
struct fidelity_fault {
    uint64_t from, to;
    void (*spoil)(struct hosted *hosted);
};

struct fidelity_config {
    uint64_t max;                       /* steps, or NEVER */
    uint64_t every;                     /* steps between comparisons: 1 compares after each */
    const struct fidelity_fault *fault; /* NULL: none */
    FILE *report;                       /* where a difference is told */
    struct net *net; /* the bare machine's, which keeps its packets (net.h); NULL: none */
};

enum fidelity_result {
    FIDELITY_SAME,      /* identical until the guest ended */
    FIDELITY_LIMIT,     /* identical until `max` */
    FIDELITY_DIFFERENT, /* told in the report */
};

struct fidelity_run {
    enum fidelity_result result;
    enum stop stop; /* how the guest ended */
    uint64_t steps; /* compared */
    uint64_t reboots;
    uint64_t stale; /* translations used between a change and its fence (P43) */
};

/* Runs `bare` and `hosted`, which were built alike and are booted, against each other. */
struct fidelity_run fidelity(struct machine *bare, struct hosted *hosted,
                             const struct fidelity_config *config);

#endif
