/* Emulation: doing on the vcpu's virtual state what the instruction would have done on a hart.
 *
 * It is the reference step of isa/arch with the VM's memory behind it. What the virtual mode may
 * not do, that function refuses, and the refusal is reflected. */
#include "memory.h"
#include "step.h"
#include "vm.h"

/* One emulated instruction was done: count it, and what it was. */
static enum outcome retired(struct vcpu *vcpu, enum insn_id id)
{
    struct vm *vm = vcpu->vm;
    vm->stats.emulated[id]++;
    if (vm->reached_device)
        vm->stats.emulated_mmio[id]++;
    else if (insn_table[id].class == CLASS_DIRECT && !vm->is_excused)
        vm->stats.emulated_direct++;
    return RESUME_NEXT;
}

static enum outcome emulate(struct vcpu *vcpu, struct trap *trap, bool only_privileged,
                            bool is_excused)
{
    struct hart *hart = &vcpu->hart;
    struct port *port = &vcpu->vm->port;
    uint32_t word;
    vcpu->vm->reached_device = false;
    vcpu->vm->is_excused = is_excused;
    /* The guest's current translation, not the trap's memory of it (P27). */
    if (!memory_fetch(hart, port, &word, trap))
        return REFLECT;
    struct insn insn = insn_decode(word, hart->isa);
    if (only_privileged && (insn.id == INSN_ILLEGAL || insn_table[insn.id].class == CLASS_DIRECT)) {
        *trap = (struct trap){.cause = CAUSE_ILLEGAL_INSN, .tval = word};
        return REFLECT;
    }
    return step_execute(hart, port, insn, trap) ? retired(vcpu, (enum insn_id)insn.id) : REFLECT;
}

enum outcome exit_illegal(struct vcpu *vcpu, struct trap *trap)
{
    return emulate(vcpu, trap, true, false);
}

enum outcome emulate_access(struct vcpu *vcpu, struct trap *trap)
{
    return emulate(vcpu, trap, false, false);
}

enum outcome emulate_by_hand(struct vcpu *vcpu, struct trap *trap)
{
    return emulate(vcpu, trap, false, true);
}
