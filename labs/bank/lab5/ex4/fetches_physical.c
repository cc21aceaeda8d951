/* wrong: where the hardware did not tell the word, it is read at pc as if that were a gpa.
 * fails: a word that the hardware did not tell is fetched as the guest translates
 * source: pitfalls P27: the fetch goes through the guest's current translation */
static enum outcome emulate(struct vcpu *vcpu, struct trap *trap,
                            bool (*is_expected)(const struct hart *, const struct insn *),
                            bool is_excused)
{
    struct hart *hart = &vcpu->hart;
    struct port *port = &vcpu->vm->port;
    uint32_t word = vcpu->insn;
    vcpu->vm->reached_device = vcpu->vm->reached_table = false;
    vcpu->vm->is_excused = is_excused;
    uint64_t bits = 0;
    if (!word && !port->load(port, hart->pc, 4, ACCESS_FETCH, &bits)) {
        *trap = (struct trap){.cause = CAUSE_INSN_PAGE_FAULT, .tval = hart->pc};
        return REFLECT;
    }
    word = word ? word : (uint32_t)bits;
    struct insn insn = insn_decode(word, hart->isa);
    if (insn.id == INSN_ILLEGAL) {
        *trap = (struct trap){.cause = CAUSE_ILLEGAL_INSN, .tval = word};
        return REFLECT;
    }
    if (!is_expected(hart, &insn))
        return look_again(vcpu);
    return step_execute(hart, port, insn, trap) ? retired(vcpu, (enum insn_id)insn.id) : REFLECT;
}
