/* wrong: the instruction is executed on a copy of the hart, of which the registers come back and
 *        the CSRs do not: as if they were those of the physical hart.
 * fails: a CSR that the guest's kernel writes is its virtual hart's
 * source: what students do: emulating with the CSRs of the physical hart */
#include <string.h>
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
    struct hart physical = *hart;
    if (!step_execute(&physical, port, insn, trap))
        return REFLECT;
    memcpy(hart->x, physical.x, sizeof hart->x);
    hart->pc = physical.pc;
    hart->mode = physical.mode;
    return retired(vcpu, (enum insn_id)insn.id);
}
