/* wrong: an instruction that trapped counts as retired.
 * fails: a reflected trap is a step that does not retire
 * source: pitfalls P42; ISA manual: an ecall or ebreak does not retire */
void vcpu_reflect(struct vcpu *vcpu, struct trap trap)
{
    vcpu->vm->stats.reflected++;
    platform_observe_trap(&vcpu->vm->platform, &vcpu->hart, trap);
    trap_enter(&vcpu->hart, trap);
    vcpu_count_step(vcpu, true);
}
