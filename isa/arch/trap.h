/* Traps: entering a handler, returning from it, and choosing an interrupt. */
#ifndef TRAP_H
#define TRAP_H

#include "hart.h"

/* The mode whose handler takes `cause` on this hart now: S when it is delegated and the hart is
 * not in M, else M (Privileged 3.1.8). */
enum mode trap_target(const struct hart *hart, uint64_t cause);

/* Takes the trap: saves pc, cause, tval and the interrupt enable, and goes to the handler
 * (Privileged 3.1.6.1, 3.1.7, 4.1.1). `hart->pc` is the pc of the trapping instruction. */
void trap_enter(struct hart *hart, struct trap trap);

/* The interrupt to take before the next instruction, as a cause with CAUSE_INTERRUPT set; 0 when
 * there is none. Of those pending, enabled and not masked by mode, those of M go first, then MEI
 * MSI MTI SEI SSI STI (Privileged 3.1.9). */
uint64_t trap_pending(const struct hart *hart);

/* True when wfi goes on: an interrupt is pending and enabled in mie, whatever xIE and mideleg say
 * (Privileged 3.3.3). */
bool trap_wakes(const struct hart *hart);

/* sret and mret. True: done, pc is the return address. False: an illegal instruction in this mode
 * (Privileged 3.3.2). */
bool trap_sret(struct hart *hart);
bool trap_mret(struct hart *hart);

/* The manual's words for a cause, for people. */
const char *trap_name(uint64_t cause);

#endif
