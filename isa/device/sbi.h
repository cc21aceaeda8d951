/* The built-in firmware: the SBI, answered by the platform itself (RISC-V SBI specification 1.0,
 * and DBCN of 2.0). An environment call is one step; no M-mode code runs. */
#ifndef SBI_H
#define SBI_H

#include <stdbool.h>
#include <stdint.h>

/* What a call gives back: a0 and a1. */
struct sbi_result {
    int64_t error;
    uint64_t value;
};

struct platform;
struct hart;

enum { SBI_HARTS = 8 };

/* HSM states (SBI 9.1), as hart_get_status returns them. */
enum sbi_hart_state { SBI_HART_STARTED = 0, SBI_HART_STOPPED = 1 };

struct sbi {
    enum sbi_hart_state state[SBI_HARTS];
    uint64_t timer[SBI_HARTS]; /* mtime at which STIP rises; ~0: never */
};

/* Puts a hart at the door of a supervisor: S-mode at `entry` with a0 and a1, translation off, and
 * M-mode CSRs as this firmware leaves them: exceptions other than ecall from S and all S
 * interrupts delegated, counters open. */
void sbi_enter(struct hart *hart, uint64_t entry, uint64_t a0, uint64_t a1);

/* The state after power-on: hart 0 started, others stopped, no timer. */
void sbi_reset(struct sbi *sbi);

/* Answers the environment call in a7, a6, a0 to a5 of `hart`, which is advanced past its ecall.
 * Calls and hart numbers come from the guest and are bounded. */
void sbi_call(struct platform *platform, struct hart *hart);

#endif
