/* wrong: whatever stands at pc by now is executed by the VMM, also what the hart could do itself.
 * fails: an instruction that cannot have made the exit is left for the hart to run
 * source: pitfalls P27; Popek and Goldberg: innocuous instructions run directly */
static enum outcome emulate(struct vcpu *vcpu, struct trap *trap,
                            bool (*is_expected)(const struct hart *, const struct insn *),
                            bool is_excused)
{
    struct hart *hart = &vcpu->hart;
    struct port *port = &vcpu->vm->port;
    uint32_t word = vcpu->insn;
    vcpu->vm->reached_device = vcpu->vm->reached_table = false;
    vcpu->vm->is_excused = is_excused;
    (void)is_expected;
    if (!word && !memory_fetch(hart, port, &word, trap))
        return REFLECT;
    struct insn insn = insn_decode(word, hart->isa);
    if (insn.id == INSN_ILLEGAL) {
        *trap = (struct trap){.cause = CAUSE_ILLEGAL_INSN, .tval = word};
        return REFLECT;
    }
    return step_execute(hart, port, insn, trap) ? retired(vcpu, (enum insn_id)insn.id) : REFLECT;
}
