/* A vcpu: the hart that the guest believes in, and the real state that stands in for it. */
#ifndef VCPU_H
#define VCPU_H

#include "exit.h"
#include "hart.h"
#include "hw.h"
#include "shadow.h"

struct vm;

struct vcpu {
    /* What the guest sees: its virtual state. Never loaded into the hardware as it is. */
    struct hart hart;

    /* What the hardware runs on, while it runs: made from `hart` at each entry, taken back at each
     * exit. */
    struct hw_state run;
    struct shadow *shadow; /* whose root run.satp is */
    uint64_t active;       /* the guest's satp by which that translates; 0: none */

    /* The last exit, for people. */
    enum exit_reason last_exit;
    enum exit_reason last_found; /* what its handler found it to be; else the same */
    struct trap last_trap;

    uint32_t insn; /* that is to be emulated, where the hardware told it; 0: it must be fetched */

    struct vm *vm;
    unsigned index;
};

/* Runs the vcpu until its VM's clock reaches `until` steps, it waits, or the platform is stirred:
 * the run loop. */
void vcpu_run(struct vcpu *vcpu, uint64_t until);

/* Enters the guest, on the shadow of its view, for at most `budget` steps: the real state is made
 * from the virtual one, and taken back when the hart comes back. Counts the steps that it took. */
struct hw_exit vcpu_enter(struct vcpu *vcpu, uint64_t budget);

/* One step that the VMM took for the guest: the clock and the guest's counters. */
void vcpu_count_step(struct vcpu *vcpu, bool has_retired);

/* Hands a trap to the guest's own handler: the guest caused it and must see it. A step. */
void vcpu_reflect(struct vcpu *vcpu, struct trap trap);

/* Hands the guest the interrupt that is due, if one is. Not a step. */
void vcpu_inject(struct vcpu *vcpu);

/* True in M under MPRV, where fetches and data are in two address spaces, and a hart in U has but
 * one (Privileged 3.1.6.3): then the shadow is for fetches, and loads and stores are emulated. */
bool vcpu_is_split(const struct hart *hart);

/* The view that the guest's present mode and address space ask for. */
struct view vcpu_view(const struct vcpu *vcpu);

#endif
