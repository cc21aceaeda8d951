/* wrong: what the last emulated instruction reached is held against this one.
 * fails: an emulated instruction is counted by name, and by what it reached
 * source: what students do: flags that nobody clears */
static enum outcome emulate(struct vcpu *vcpu, struct trap *trap,
                            bool (*is_expected)(const struct hart *, const struct insn *),
                            bool is_excused)
{
    struct hart *hart = &vcpu->hart;
    struct port *port = &vcpu->vm->port;
    uint32_t word = vcpu->insn;
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
    return step_execute(hart, port, insn, trap) ? retired(vcpu, (enum insn_id)insn.id) : REFLECT;
}
