/* wrong: taking an interrupt counts as a step, so the VM's time is ahead of the machine's.
 * fails: taking an interrupt is no step
 * source: pitfalls P42 */
void vcpu_inject(struct vcpu *vcpu)
{
    struct trap trap = {.cause = trap_pending(&vcpu->hart)};
    if (!trap.cause)
        return;
    vcpu->vm->stats.injected++;
    platform_observe_trap(&vcpu->vm->platform, &vcpu->hart, trap);
    trap_enter(&vcpu->hart, trap);
    vcpu_count_step(vcpu, false);
}
