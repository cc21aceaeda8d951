/* wrong: pc is put back to the emulated instruction, which traps again, for ever.
 * fails: after an emulated instruction the guest goes on with the next
 * source: what students do: forgetting to advance pc */
static enum outcome emulate(struct vcpu *vcpu, struct trap *trap,
                            bool (*is_expected)(const struct hart *, const struct insn *),
                            bool is_excused)
{
    struct hart *hart = &vcpu->hart;
    struct port *port = &vcpu->vm->port;
    uint32_t word = vcpu->insn;
    vcpu->vm->reached_device = vcpu->vm->reached_table = false;
    vcpu->vm->is_excused = is_excused;
    uint64_t pc = hart->pc;
    if (!word && !memory_fetch(hart, port, &word, trap))
        return REFLECT;
    struct insn insn = insn_decode(word, hart->isa);
    if (insn.id == INSN_ILLEGAL) {
        *trap = (struct trap){.cause = CAUSE_ILLEGAL_INSN, .tval = word};
        return REFLECT;
    }
    if (!is_expected(hart, &insn))
        return look_again(vcpu);
    if (!step_execute(hart, port, insn, trap))
        return REFLECT;
    hart->pc = insn.id == INSN_sret || insn.id == INSN_mret ? hart->pc : pc;
    return retired(vcpu, (enum insn_id)insn.id);
}
