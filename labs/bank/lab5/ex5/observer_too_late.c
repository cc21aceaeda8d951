/* wrong: whoever watches is told when the guest is in its handler already.
 * fails: whoever watches sees a trap before it is taken
 * source: what students do: logging at the end */
void vcpu_reflect(struct vcpu *vcpu, struct trap trap)
{
    vcpu->vm->stats.reflected++;
    trap_enter(&vcpu->hart, trap);
    platform_observe_trap(&vcpu->vm->platform, &vcpu->hart, trap);
    vcpu_count_step(vcpu, false);
}
