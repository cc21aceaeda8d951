/* The reference step: one instruction on a hart's state, memory through a port.
 *
 * It is the oracle for the fast engine and the VMM's way to emulate. It keeps no cache, so it is
 * right by construction wherever semantics.inc and the walk are. */
#ifndef STEP_H
#define STEP_H

#include "csr.h"
#include "hart.h"
#include "insn.h"
#include "port.h"

/* Fetches, decodes and executes the instruction at hart->pc. True: it retired, and pc is the next
 * instruction's. False: it raised *trap, and the hart is as before. Counters are not touched:
 * see step_count. */
bool step_insn(struct hart *hart, struct port *port, struct trap *trap);

/* Executes an instruction already decoded, as if it stood at hart->pc. */
bool step_execute(struct hart *hart, struct port *port, struct insn insn, struct trap *trap);

/* LR and SC (ISA 8.2). `value` is what LR read, or what SC writes; SC gives *failed. The
 * reservation is broken by every SC, whatever comes of it. False: *trap. */
bool step_lr(struct hart *hart, struct port *port, uint64_t va, unsigned size, uint64_t *value,
             struct trap *trap);
bool step_sc(struct hart *hart, struct port *port, uint64_t va, unsigned size, uint64_t value,
             uint64_t *failed, struct trap *trap);

/* Counts one step: a cycle, and where the instruction retired, an instruction (Privileged 3.1.10).
 */
static inline void step_count(struct hart *hart, bool retired)
{
    csr_count(hart, 1, retired);
}

#endif
