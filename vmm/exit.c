/* Exit dispatch: by the table, from the trap that the hart reports to the function that answers.
 *
 * The hart runs every guest in U, so its word is about the real world: cause 8 for any ecall, a
 * page fault for what the shadow lacks. Each handler finds out what it means to the guest. */
#include "exit.h"

#include "memory.h"
#include "pmp.h"
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

static enum access access_of(uint64_t cause)
{
    return cause == CAUSE_INSN_PAGE_FAULT    ? ACCESS_FETCH
           : cause == CAUSE_STORE_PAGE_FAULT ? ACCESS_STORE
                                             : ACCESS_LOAD;
}

/* The guest's own translation of `gva`: sets A and D, as its hardware would. */
static enum walk_result guest_walk(struct vcpu *vcpu, gva_t gva, enum access why, struct walk *walk)
{
    struct space space = space_of_data(&vcpu->hart);
    if (!space_is_bare(space))
        return sv39_walk(space, &vcpu->vm->port, gva.a, why, walk);
    walk->steps = 0;
    walk->pa = gva.a;
    walk->pte = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D;
    walk->level = SV39_LEVELS - 1;
    return WALK_OK;
}

/* Takes from what the p2m says of a page what the guest's own PMP withholds: a shadow entry is for
 * a page, so what the PMP does not allow of all of it is emulated, access by access. */
static void apply_pmp(const struct vcpu *vcpu, gpa_t gpa, struct p2m_entry *memory)
{
    static const unsigned perms[] = {PTE_R, PTE_W, PTE_X};
    static const unsigned needs[] = {PMP_R, PMP_W, PMP_X};
    const struct pmp *pmp = &vcpu->hart.csr.pmp;
    enum mode mode = space_of_data(&vcpu->hart).mode;
    uint64_t large = gpa.a & ~(level_size(1) - 1), page = gpa.a & ~(level_size(0) - 1);
    for (int i = 0; i < 3; i++) {
        if (memory->level && !pmp_allows(pmp, mode, large, level_size(1), needs[i]))
            memory->level = 0;
        if (!pmp_allows(pmp, mode, page, level_size(0), needs[i]))
            memory->perms &= ~perms[i];
    }
}

/* Takes W from a page in which another vcpu has a reservation: a store there must be seen. */
static void hold_reserved(const struct vcpu *vcpu, gpa_t gpa, struct p2m_entry *memory)
{
    const struct platform *platform = &vcpu->vm->platform;
    if (platform->harts == 1)
        return;
    for (unsigned i = 0; i < platform->harts && memory->level; i++)
        if (i != vcpu->index && platform->hart[i]->reservation.valid)
            memory->level = 0;
    if (platform_is_reserved(platform, vcpu->index, gpa.a))
        memory->perms &= ~(unsigned)PTE_W;
}

/* True when the p2m and the PMP let the hart make the access by itself. */
static bool is_direct(const struct p2m_entry *memory, enum access why)
{
    unsigned perm = why == ACCESS_FETCH ? PTE_X : why == ACCESS_STORE ? PTE_W : PTE_R;
    return memory->perms & perm;
}

/* A handler has found out what the exit is about. */
static void find(struct vcpu *vcpu, enum exit_reason found)
{
    vcpu->vm->stats.exits[found]++;
    vcpu->last_found = found;
}

/* A page fault in the shadow: the guest's own fault, or one of ours. */
static enum outcome exit_page_fault(struct vcpu *vcpu, struct trap *trap)
{
    struct vm *vm = vcpu->vm;
    gva_t gva = GVA(trap->tval);
    enum access why = access_of(trap->cause);
    struct walk walk;
    struct p2m_entry memory;
    switch (guest_walk(vcpu, gva, why, &walk)) {
    case WALK_PAGE_FAULT:
        find(vcpu, EXIT_GUEST_FAULT);
        return REFLECT;
    case WALK_ACCESS_FAULT: /* a table outside the VM's memory (P03, P04) */
        find(vcpu, EXIT_GUEST_FAULT);
        trap->cause = access_fault_of(why);
        return REFLECT;
    case WALK_OK:
        break;
    }
    if (!p2m_lookup(&vm->p2m, GPA(walk.pa), &memory) && !vm_passes(vm, GPA(walk.pa), &memory)) {
        find(vcpu, EXIT_MMIO);
        return emulate_access(vcpu, trap);
    }
    apply_pmp(vcpu, GPA(walk.pa), &memory);
    hold_reserved(vcpu, GPA(walk.pa), &memory);
    if (!is_direct(&memory, why)) {
        find(vcpu, EXIT_BY_HAND);
        return emulate_by_hand(vcpu, trap);
    }
    if (why == ACCESS_STORE && !shadow_may_write(&vm->shadows, GPA(walk.pa))) {
        find(vcpu, EXIT_TRACED);
        return emulate_access(vcpu, trap);
    }
    find(vcpu, EXIT_FILL);
    shadow_fill(&vm->shadows, vcpu->shadow, gva, &walk, &memory);
    if (vm->auditor)
        vm->auditor->filled(vm->auditor->owner, vcpu->shadow, gva);
    return RESUME_SAME;
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
