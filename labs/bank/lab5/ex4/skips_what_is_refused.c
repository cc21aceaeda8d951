/* wrong: an instruction that the guest may not execute is skipped over.
 * fails: mret is illegal in the guest's S, however it runs
 * source: pitfalls P21: never a skip */
static enum outcome emulate(struct vcpu *vcpu, struct trap *trap,
                            bool (*is_expected)(const struct hart *, const struct insn *),
                            bool is_excused)
{
    struct hart *hart = &vcpu->hart;
    struct port *port = &vcpu->vm->port;
    uint32_t word = vcpu->insn;
    vcpu->vm->reached_device = vcpu->vm->reached_table = false;
    vcpu->vm->is_excused = is_excused;
    if (!word && !memory_fetch(hart, port, &word, trap))
        return REFLECT;
    struct insn insn = insn_decode(word, hart->isa);
    if (insn.id == INSN_ILLEGAL) {
        *trap = (struct trap){.cause = CAUSE_ILLEGAL_INSN, .tval = word};
        return REFLECT;
    }
    if (!is_expected(hart, &insn))
        return look_again(vcpu);
    if (!step_execute(hart, port, insn, trap)) {
        if (trap->cause != CAUSE_ILLEGAL_INSN || hart->mode == MODE_U)
            return REFLECT;
        hart->pc += insn.length;
    }
    return retired(vcpu, (enum insn_id)insn.id);
}
