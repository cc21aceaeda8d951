/* Page faults of the hart: whose they are, and what becomes of them.
 *
 * One judgement finds the reason, by the guest's own translation, the p2m, and what others want to
 * hear of; one table of answers follows from it. */
#include "exit.h"

#include "pmp.h"
#include "vm.h"

static enum access access_of(uint64_t cause)
{
    return cause == CAUSE_INSN_PAGE_FAULT    ? ACCESS_FETCH
           : cause == CAUSE_STORE_PAGE_FAULT ? ACCESS_STORE
                                             : ACCESS_LOAD;
}

/* Lab 6, exercise 5. The guest's own translation of `gva` for one access: what its hardware would
 * find, and do (sv39_walk, over the VM's port: it sets A and D), in the space of its fetches or of
 * its data (space_of_fetch, space_of_data). Where that space is bare, the guest has no tables: a
 * walk of no steps, as if by a leaf of the topmost level that maps everything to itself, allows
 * everything, and has A and D. */
static enum walk_result guest_walk(struct vcpu *vcpu, gva_t gva, enum access why, struct walk *walk)
{
    struct space space =
        why == ACCESS_FETCH ? space_of_fetch(&vcpu->hart) : space_of_data(&vcpu->hart);
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
static void apply_pmp(const struct vcpu *vcpu, gpa_t gpa, enum access why, struct p2m_entry *memory)
{
    static const unsigned perms[] = {PTE_R, PTE_W, PTE_X};
    static const unsigned needs[] = {PMP_R, PMP_W, PMP_X};
    const struct pmp *pmp = &vcpu->hart.csr.pmp;
    enum mode mode = why == ACCESS_FETCH ? vcpu->hart.mode : space_of_data(&vcpu->hart).mode;
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

/* What the hart may do by itself with the memory there, and why not more. */
static enum exit_reason restrict_to(const struct vcpu *vcpu, gpa_t gpa, enum access why,
                                    struct p2m_entry *memory)
{
    unsigned perm = why == ACCESS_FETCH ? PTE_X : why == ACCESS_STORE ? PTE_W : PTE_R;
    apply_pmp(vcpu, gpa, why, memory);
    if (!(memory->perms & perm) && !platform_watches(&vcpu->vm->platform, gpa.a))
        return EXIT_PMP;
    hold_reserved(vcpu, gpa, memory);
    return memory->perms & perm ? EXIT_FILL : EXIT_TOLD;
}

/* Lab 6, exercise 5. The hart faulted at the gva in trap->tval, for the access in trap->cause: the
 * shadow does not let it pass. Whose word is that? The questions, in this order, and the reason
 * that each can give:
 *
 *   Is it a load or a store while loads and stores have a space of their own (vcpu_is_split)?
 *                                                                         EXIT_MPRV
 *   Does the guest's own translation refuse it (guest_walk)?              EXIT_GUEST_FAULT
 *      a page fault: *trap is the hart's, as it stands
 *      an access fault: a table lies where the guest has no memory (P03, P04). The cause becomes
 *      the access fault of this access (access_fault_of); tval stays the gva
 *   Is the walk's pa no memory of the VM (withhold_claim, which gives what was withheld), and no
 *   device that it has as its own (vm_passes)?                            EXIT_MMIO
 *   Is there a reason not to let the hart do it (restrict_to)?            that reason
 *   Is it a store, and the frame a table that is traced (shadow_may_write)?
 *                                                                         EXIT_TRACED
 *   Otherwise the shadow only lacks an entry:                             EXIT_FILL
 *
 * *walk is the guest's translation; *memory what the p2m (p2m_lookup), or vm_passes, says of where
 * it leads, as restrict_to left it. */
static enum exit_reason judge(struct vcpu *vcpu, struct trap *trap, struct walk *walk,
                              struct p2m_entry *memory)
{
    struct vm *vm = vcpu->vm;
    enum access why = access_of(trap->cause);
    if (why != ACCESS_FETCH && vcpu_is_split(&vcpu->hart))
        return EXIT_MPRV;
    switch (guest_walk(vcpu, GVA(trap->tval), why, walk)) {
    case WALK_PAGE_FAULT:
        return EXIT_GUEST_FAULT;
    case WALK_ACCESS_FAULT: /* a table outside the VM's memory (P03, P04) */
        trap->cause = access_fault_of(why);
        return EXIT_GUEST_FAULT;
    case WALK_OK:
        break;
    }
    if (withhold_claim(vm, GPA(walk->pa), why == ACCESS_STORE))
        p2m_lookup(&vm->p2m, GPA(walk->pa), memory);
    else if (!vm_passes(vm, GPA(walk->pa), memory))
        return EXIT_MMIO;
    enum exit_reason reason = restrict_to(vcpu, GPA(walk->pa), why, memory);
    if (reason == EXIT_FILL && why == ACCESS_STORE &&
        !shadow_may_write(&vm->shadows, GPA(walk->pa)))
        return EXIT_TRACED;
    return reason;
}

static enum outcome fill(struct vcpu *vcpu, gva_t gva, const struct walk *walk,
                         const struct p2m_entry *memory)
{
    const struct vm_auditor *auditor = vcpu->vm->auditor;
    shadow_fill(&vcpu->vm->shadows, vcpu->shadow, gva, walk, memory);
    if (auditor)
        auditor->filled(auditor->owner, vcpu->shadow, gva);
    return RESUME_SAME;
}

enum outcome exit_page_fault(struct vcpu *vcpu, struct trap *trap)
{
    struct walk walk;
    struct p2m_entry memory;
    enum exit_reason reason = judge(vcpu, trap, &walk, &memory);
    vcpu->vm->stats.exits[reason]++;
    vcpu->last_found = reason;
    switch (reason) {
    case EXIT_FILL:
        return fill(vcpu, GVA(trap->tval), &walk, &memory);
    case EXIT_MMIO:
    case EXIT_TRACED:
        return emulate_access(vcpu, trap);
    case EXIT_MPRV:
    case EXIT_PMP:
    case EXIT_TOLD:
        return emulate_by_hand(vcpu, trap);
    default:
        return REFLECT;
    }
}
