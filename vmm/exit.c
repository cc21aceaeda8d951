/* Exit dispatch: by the table, from the trap that the hart reports to the function that answers.
 *
 * The hart runs every guest in U, so its word is about the real world: cause 8 for any ecall, a
 * page fault for what the shadow lacks. Each handler finds out what it means to the guest. */
#include "exit.h"

#include "trap.h"
#include "vm.h"

#define NO_CAUSE (~(uint64_t)0)

const char *const exit_text[EXIT_COUNT] = {
#define EXIT(reason, cause, handler, text) [EXIT_##reason] = text,
#include "exit.def"
};

/* Lab 5, exercise 3. An environment call. The hart, always in U, says cause 8 of each; to the guest
 * it is the call of its own mode: 8 from U, 9 from S, 11 from M, with tval 0 (P26). *trap becomes
 * that. Where the platform answers as firmware (platform_takes, which does the call and moves pc
 * on), it was a step that did not retire (vcpu_count_step), counted in stats.firmware, and the
 * guest goes on: RESUME_SAME. Else it is the guest's own to handle. */
static enum outcome exit_ecall(struct vcpu *vcpu, struct trap *trap)
{
    *trap = (struct trap){.cause = CAUSE_ECALL_U + (uint64_t)vcpu->hart.mode};
    if (!platform_takes(&vcpu->vm->platform, &vcpu->hart, *trap))
        return REFLECT;
    vcpu->vm->stats.firmware++;
    vcpu_count_step(vcpu, false);
    return RESUME_SAME;
}

/* An exception that means to the guest what it means to the hart. */
static enum outcome exit_exception(struct vcpu *vcpu, struct trap *trap)
{
    (void)vcpu;
    (void)trap;
    return REFLECT;
}

static enum outcome exit_budget(struct vcpu *vcpu, struct trap *trap)
{
    (void)vcpu;
    (void)trap;
    return LEAVE;
}

/* A device that the guest has as its own raised or lowered its line: the VM's interrupt controller
 * is told, and what that means to the guest is found out before it goes on. */
static enum outcome exit_interrupt(struct vcpu *vcpu, struct trap *trap)
{
    (void)trap;
    platform_update(&vcpu->vm->platform);
    return LEAVE;
}

static const struct {
    uint64_t cause;
    enum outcome (*handler)(struct vcpu *, struct trap *);
} exits[EXIT_COUNT] = {
#define EXIT(reason, cause, handler, text) [EXIT_##reason] = {cause, handler},
#include "exit.def"
};

/* Lab 5, exercise 2. Finds the row of `exits` whose cause is the trap's, and lets its handler
 * answer; rows with NO_CAUSE are no trap's. Before the handler, which may change them, the exit is
 * noted: the row's number as last_exit and last_found, the trap as last_trap, one more in
 * stats.exits, and who watches is told, with the row's exit_text (platform_observe_exit). A trap of
 * no row is an access fault of the hart itself, from a device that is passed through and refuses
 * the access. It is not noted; the reference step finds out what the guest should have seen, which
 * may have mapped something else there since (emulate_by_hand). */
enum outcome exit_dispatch(struct vcpu *vcpu, struct trap *trap)
{
    for (unsigned reason = 0; reason < EXIT_COUNT; reason++)
        if (exits[reason].cause == trap->cause) {
            vcpu->last_exit = vcpu->last_found = (enum exit_reason)reason;
            vcpu->last_trap = *trap;
            vcpu->vm->stats.exits[reason]++;
            platform_observe_exit(&vcpu->vm->platform, &vcpu->hart, *trap, exit_text[reason]);
            return exits[reason].handler(vcpu, trap);
        }
    return emulate_by_hand(vcpu, trap);
}
