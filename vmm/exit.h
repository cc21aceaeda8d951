/* Exits: the ways in which a vcpu comes back, and the ways on from there. */
#ifndef EXIT_H
#define EXIT_H

#include <stdint.h>

#include "hart.h"

enum exit_reason {
#define EXIT(reason, cause, handler, text) EXIT_##reason,
#include "exit.def"
    EXIT_COUNT,
};

/* Each reason in words. */
extern const char *const exit_text[EXIT_COUNT];

/* What becomes of the vcpu after an exit. */
enum outcome {
    RESUME_SAME, /* the instruction runs again: a hidden fault, no step */
    RESUME_NEXT, /* it was emulated: a step, and pc is the next one's */
    REFLECT,     /* the guest's handler takes the trap: a step */
    LEAVE,       /* nothing happened to it: the budget is used up */
};

/* What is remembered of an exit: enough to tell which rule made it, by what stood in the registers
 * and tables then, and few enough words to be written at each one. */
struct exit_record {
    uint64_t step; /* the platform's steps before it */
    uint64_t pc;
    struct trap trap;      /* what the hart reported */
    struct trap reflected; /* what the guest got to see; with REFLECT */
    uint8_t vcpu;
    uint8_t mode;    /* the guest's, enum mode */
    uint8_t reason;  /* enum exit_reason, by the table */
    uint8_t found;   /* what a handler found it to be; else as `reason` */
    uint8_t outcome; /* enum outcome */
};

/* The last exits of a VM: exit n, from 0, is at n % EXIT_RING. */
enum { EXIT_RING = 1024 };
struct exit_ring {
    uint64_t count;
    struct exit_record record[EXIT_RING];
};

struct vcpu;

/* Handles the exit of `vcpu` that `trap` made, by the table. With REFLECT, *trap is what the guest
 * gets to see. */
enum outcome exit_dispatch(struct vcpu *vcpu, struct trap *trap);

/* fault.c: the hart found no way from a gva to what the guest has there. */
enum outcome exit_page_fault(struct vcpu *vcpu, struct trap *trap);

/* emulate.c: carries out the privileged instruction at the vcpu's pc on its virtual state. */
enum outcome exit_illegal(struct vcpu *vcpu, struct trap *trap);

/* emulate.c: carries out the instruction at the vcpu's pc whole, memory through the VM's port: what
 * reaches a device, or nothing, or a table whose policy must hear of it. */
enum outcome emulate_access(struct vcpu *vcpu, struct trap *trap);

/* emulate.c: the same for what the hart cannot do by itself although it is plain: an access that
 * the guest's PMP allows of a part of a page, one under MPRV, or one that others are told of. */
enum outcome emulate_by_hand(struct vcpu *vcpu, struct trap *trap);

#endif
