/* wrong: the word is always fetched anew, though the hardware told what trapped.
 * fails: the word that made the hart trap is emulated, whatever stands there by now
 * source: pitfalls P27: it may have changed since the trap */
static enum outcome emulate(struct vcpu *vcpu, struct trap *trap,
                            bool (*is_expected)(const struct hart *, const struct insn *),
                            bool is_excused)
{
    struct hart *hart = &vcpu->hart;
    struct port *port = &vcpu->vm->port;
    uint32_t word = vcpu->insn;
    vcpu->vm->reached_device = vcpu->vm->reached_table = false;
    vcpu->vm->is_excused = is_excused;
    if (!memory_fetch(hart, port, &word, trap))
        word = vcpu->insn;
    if (!word)
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
