/* wrong: an illegal word is reflected with what the hart reported, which may not have the word.
 * fails: a word that is no instruction is illegal, and tval has it
 * source: what students do: *trap is taken for filled already */
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
    if (insn.id == INSN_ILLEGAL)
        return REFLECT;
    if (!is_expected(hart, &insn))
        return look_again(vcpu);
    return step_execute(hart, port, insn, trap) ? retired(vcpu, (enum insn_id)insn.id) : REFLECT;
}
