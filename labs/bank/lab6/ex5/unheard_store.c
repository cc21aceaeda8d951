/* wrong: a store to a table that is traced is filled: who traces never hears of it.
 * fails: a store to a table that is traced is emulated
 * source: pitfalls P12: a tracing VMM must handle every store */
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
    return restrict_to(vcpu, GPA(walk->pa), why, memory);
}
