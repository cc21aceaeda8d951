/* wrong: what traps is executed with the rights of the guest's kernel, whoever ran it.
 * fails: what the guest's mode may not do is its own illegal instruction
 * source: pitfalls P21, P26: one instruction, two meanings */
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
    enum mode mode = hart->mode;
    if (mode == MODE_U)
        hart->mode = MODE_S;
    bool done = step_execute(hart, port, insn, trap);
    if (mode == MODE_U && hart->mode == MODE_S)
        hart->mode = MODE_U;
    return done ? retired(vcpu, (enum insn_id)insn.id) : REFLECT;
}
