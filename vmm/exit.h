/* Exits: the ways in which a vcpu comes back, and the ways on from there. */
#ifndef EXIT_H
#define EXIT_H

#include <stdint.h>

enum exit_reason {
#define EXIT(reason, cause, handler, text) EXIT_##reason,
#include "exit.def"
    EXIT_COUNT,
};

/* What becomes of the vcpu after an exit. */
enum outcome {
    RESUME_SAME, /* the instruction runs again: a hidden fault, no step */
    RESUME_NEXT, /* it was emulated: a step, and pc is the next one's */
    REFLECT,     /* the guest's handler takes the trap: a step */
    LEAVE,       /* nothing happened to it: the budget is used up */
};

struct vcpu;
struct trap;

/* Handles the exit of `vcpu` that `trap` made, by the table. With REFLECT, *trap is what the guest
 * gets to see. */
enum outcome exit_dispatch(struct vcpu *vcpu, struct trap *trap);

/* emulate.c: carries out the privileged instruction at the vcpu's pc on its virtual state. */
enum outcome exit_illegal(struct vcpu *vcpu, struct trap *trap);

/* emulate.c: carries out the instruction at the vcpu's pc whole, memory through the VM's port: what
 * reaches a device, or nothing, or a table whose policy must hear of it. */
enum outcome emulate_access(struct vcpu *vcpu, struct trap *trap);

/* emulate.c: the same for what the hart cannot do by itself although it is plain: an access that
 * the guest's PMP allows of a part of a page, or one under MPRV. */
enum outcome emulate_by_hand(struct vcpu *vcpu, struct trap *trap);

#endif
