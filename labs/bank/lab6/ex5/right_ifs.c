/* right: the same questions, another way of asking. */
static enum exit_reason judge(struct vcpu *vcpu, struct trap *trap, struct walk *walk,
                              struct p2m_entry *memory)
{
    struct vm *vm = vcpu->vm;
    enum access why = access_of(trap->cause);
    bool is_store = why == ACCESS_STORE;
    if (vcpu_is_split(&vcpu->hart) && why != ACCESS_FETCH)
        return EXIT_MPRV;
    enum walk_result result = guest_walk(vcpu, GVA(trap->tval), why, walk);
    if (result == WALK_ACCESS_FAULT)
        trap->cause = access_fault_of(why);
    if (result != WALK_OK)
        return EXIT_GUEST_FAULT;
    gpa_t gpa = GPA(walk->pa);
    bool is_memory = withhold_claim(vm, gpa, is_store) && p2m_lookup(&vm->p2m, gpa, memory);
    if (!is_memory && !vm_passes(vm, gpa, memory))
        return EXIT_MMIO;
    enum exit_reason reason = restrict_to(vcpu, gpa, why, memory);
    if (reason != EXIT_FILL || !is_store || shadow_may_write(&vm->shadows, gpa))
        return reason;
    return EXIT_TRACED;
}
