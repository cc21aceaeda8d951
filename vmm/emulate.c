/* Emulation: doing on the vcpu's virtual state what the instruction would have done on a hart.
 *
 * It is the reference step of isa/arch with the VM's memory behind it. What the virtual mode may
 * not do, that function refuses, and the refusal is reflected. */
#include "fp.h"
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
    else if (insn_table[id].class == CLASS_DIRECT && !vm->reached_table && !vm->is_excused)
        vm->stats.emulated_direct++;
    return RESUME_NEXT;
}

static bool touches_memory(const struct hart *hart, const struct insn *insn)
{
    struct touch touch;
    return memory_touches(hart, insn, &touch);
}

/* A floating-point instruction that the virtual state forbids: FS is off, or its rounding mode is
 * reserved. Others are the hart's alone, for the VMM has no arithmetic. */
static bool is_forbidden_float(const struct hart *hart, const struct insn *insn)
{
    const struct insn_info *info = &insn_table[insn->id];
    if (info->ext != EXT_F && info->ext != EXT_D)
        return false;
    bool rounds = info->format == FMT_RM || info->format == FMT_R2M || info->format == FMT_R4;
    uint64_t mode = insn->imm == RM_DYN ? hart->csr.fcsr >> FCSR_FRM_SHIFT : (uint64_t)insn->imm;
    return !(hart->csr.mstatus & MSTATUS_FS) || (rounds && mode > RM_RMM);
}

/* True for what makes a hart in U find an instruction illegal. */
static bool is_illegal_in_u(const struct hart *hart, const struct insn *insn)
{
    enum insn_class class = insn_table[insn->id].class;
    return class == CLASS_PRIVILEGED || class == CLASS_SENSITIVE || is_forbidden_float(hart, insn);
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

/* Lab 5, exercise 4. Carries out the instruction at the guest's pc on its virtual hart, as hardware
 * in the guest's own mode would (step_execute, which also moves pc on, and refuses what that mode
 * may not do).
 *
 * First, in the VM: reached_device and reached_table become false, is_excused what the caller says.
 * The instruction is `vcpu->insn`, the word that made the hart trap; where that is 0, the hardware
 * did not tell, and the guest's current translation has it (memory_fetch, over the VM's port),
 * whatever the hart saw (P27). What cannot be fetched is the guest's fault. A word that the guest's
 * hart does not know (insn_decode, by its isa) is its illegal instruction, with the word as tval.
 * An instruction that is not `is_expected` did not make this exit: look_again. Otherwise it is
 * executed; done, it has `retired`, which gives the outcome; refused, *trap says why. What is the
 * guest's fault changes nothing but *trap: REFLECT (P21). */
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
    return step_execute(hart, port, insn, trap) ? retired(vcpu, (enum insn_id)insn.id) : REFLECT;
}

enum outcome exit_illegal(struct vcpu *vcpu, struct trap *trap)
{
    return emulate(vcpu, trap, is_illegal_in_u, false);
}

enum outcome emulate_access(struct vcpu *vcpu, struct trap *trap)
{
    return emulate(vcpu, trap, touches_memory, false);
}

/* By hand it may be any instruction. */
static bool is_any(const struct hart *hart, const struct insn *insn)
{
    (void)hart, (void)insn;
    return true;
}

enum outcome emulate_by_hand(struct vcpu *vcpu, struct trap *trap)
{
    return emulate(vcpu, trap, is_any, true);
}
