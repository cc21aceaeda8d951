/* wrong: a table outside memory is a page fault, as if an entry were not valid.
 * fails: a table outside memory is an access fault, of the access that was made
 * source: pitfalls P03, P04 */
static enum exit_reason judge(struct vcpu *vcpu, struct trap *trap, struct walk *walk,
                              struct p2m_entry *memory)
{
    struct vm *vm = vcpu->vm;
    enum access why = access_of(trap->cause);
    if (why != ACCESS_FETCH && vcpu_is_split(&vcpu->hart))
        return EXIT_MPRV;
    if (guest_walk(vcpu, GVA(trap->tval), why, walk) != WALK_OK)
        return EXIT_GUEST_FAULT;
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
