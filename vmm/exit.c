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

/* An environment call: the firmware's, when the guest's S-mode makes it and the platform answers;
 * else the guest's own handler sees it, as 8, 9 or 11 (P26). */
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

enum outcome exit_dispatch(struct vcpu *vcpu, struct trap *trap)
{
    static const struct {
        uint64_t cause;
        enum outcome (*handler)(struct vcpu *, struct trap *);
    } exits[EXIT_COUNT] = {
#define EXIT(reason, cause, handler, text) [EXIT_##reason] = {cause, handler},
#include "exit.def"
    };
    for (unsigned reason = 0; reason < EXIT_COUNT; reason++)
        if (exits[reason].cause == trap->cause) {
            vcpu->last_exit = vcpu->last_found = (enum exit_reason)reason;
            vcpu->last_trap = *trap;
            vcpu->vm->stats.exits[reason]++;
            platform_observe_exit(&vcpu->vm->platform, &vcpu->hart, *trap, exit_text[reason]);
            return exits[reason].handler(vcpu, trap);
        }
    /* An access fault of the hart itself: the shadow leads outside the machine, which no fill
     * makes it do. The reference step finds out what the guest should have seen. */
    return emulate_access(vcpu, trap);
}
