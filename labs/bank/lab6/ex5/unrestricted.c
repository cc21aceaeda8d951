/* wrong: neither PMP nor reservations are asked about.
 * fails: a store where another vcpu has a reservation is told
 * source: pitfalls P41; Privileged 3.7 */
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
    case WALK_ACCESS_FAULT:
        trap->cause = access_fault_of(why);
        return EXIT_GUEST_FAULT;
    case WALK_OK:
        break;
    }
    if (withhold_claim(vm, GPA(walk->pa), why == ACCESS_STORE))
        p2m_lookup(&vm->p2m, GPA(walk->pa), memory);
    else if (!vm_passes(vm, GPA(walk->pa), memory))
        return EXIT_MMIO;
    if (why == ACCESS_STORE && !shadow_may_write(&vm->shadows, GPA(walk->pa)))
        return EXIT_TRACED;
    return EXIT_FILL;
}
