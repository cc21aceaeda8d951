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
    /* SC is emulated when it is aimed at a device. It may fail before it gets there. */
    bool is_sc = id == INSN_sc_w || id == INSN_sc_d;
    vm->stats.emulated[id]++;
    if (vm->reached_device || is_sc)
        vm->stats.emulated_mmio[id]++;
    else if (insn_table[id].class == CLASS_DIRECT)
        vm->stats.emulated_direct++;
    return RESUME_NEXT;
}

/* True for loads, stores and atomics, by their major opcode (ISA table 24.1). */
static bool touches_memory(enum insn_id id)
{
    enum { LOAD = 0x03, LOAD_FP = 0x07, STORE = 0x23, STORE_FP = 0x27, AMO = 0x2f };
    unsigned opcode = insn_table[id].match & 0x7f;
    return opcode == LOAD || opcode == LOAD_FP || opcode == STORE || opcode == STORE_FP ||
           opcode == AMO;
}

static bool needs_privilege(enum insn_id id)
{
    return insn_table[id].class == CLASS_PRIVILEGED || insn_table[id].class == CLASS_SENSITIVE;
}

/* The guest changed the translation of its pc and has not fenced; what stands there now is not what
 * made the hart trap. Drops the old one, so that the hart runs what is new. */
static enum outcome look_again(struct vcpu *vcpu)
{
    uint64_t pc = vcpu->hart.pc;
    shadow_fence(&vcpu->vm->shadows, false, GVA(pc), true, 0);
    shadow_fence(&vcpu->vm->shadows, false, GVA(pc + 2), true, 0); /* it may cross a page */
    return RESUME_SAME;
}

/* `is_expected` tells whether an instruction is one that makes the exit. */
static enum outcome emulate(struct vcpu *vcpu, struct trap *trap,
                            bool (*is_expected)(enum insn_id id))
{
    struct hart *hart = &vcpu->hart;
    struct port *port = &vcpu->vm->port;
    uint32_t word;
    vcpu->vm->reached_device = false;
    /* The guest's current translation, not the trap's memory of it (P27). */
    if (!memory_fetch(hart, port, &word, trap))
        return REFLECT;
    struct insn insn = insn_decode(word, hart->isa);
    if (insn.id == INSN_ILLEGAL) {
        *trap = (struct trap){.cause = CAUSE_ILLEGAL_INSN, .tval = word};
        return REFLECT;
    }
    if (!is_expected((enum insn_id)insn.id))
        return look_again(vcpu);
    return step_execute(hart, port, insn, trap) ? retired(vcpu, (enum insn_id)insn.id) : REFLECT;
}

enum outcome exit_illegal(struct vcpu *vcpu, struct trap *trap)
{
    return emulate(vcpu, trap, needs_privilege);
}

enum outcome emulate_access(struct vcpu *vcpu, struct trap *trap)
{
    return emulate(vcpu, trap, touches_memory);
}
