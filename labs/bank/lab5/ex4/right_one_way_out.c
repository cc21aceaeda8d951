/* right: one way out, and the questions nested. */
static enum outcome emulate(struct vcpu *vcpu, struct trap *trap,
                            bool (*is_expected)(const struct hart *, const struct insn *),
                            bool is_excused)
{
    struct vm *vm = vcpu->vm;
    enum outcome outcome = REFLECT;
    uint32_t word = vcpu->insn;
    vm->is_excused = is_excused;
    vm->reached_table = false;
    vm->reached_device = false;
    bool has_word = word != 0 || memory_fetch(&vcpu->hart, &vm->port, &word, trap);
    if (has_word) {
        struct insn insn = insn_decode(word, vcpu->hart.isa);
        if (insn.id >= INSN_COUNT) {
            trap->cause = CAUSE_ILLEGAL_INSN;
            trap->tval = word;
        } else if (!is_expected(&vcpu->hart, &insn)) {
            outcome = look_again(vcpu);
        } else if (step_execute(&vcpu->hart, &vm->port, insn, trap)) {
            outcome = retired(vcpu, (enum insn_id)insn.id);
        }
    }
    return outcome;
}
