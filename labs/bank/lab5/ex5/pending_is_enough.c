/* wrong: a pending interrupt is injected whether it is enabled or not.
 * fails: nothing is injected where nothing is due
 * source: pitfalls P31: chosen from pending AND enabled */
void vcpu_inject(struct vcpu *vcpu)
{
    uint64_t mie = vcpu->hart.csr.mie;
    vcpu->hart.csr.mie = ~(uint64_t)0;
    struct trap trap = {.cause = trap_pending(&vcpu->hart)};
    vcpu->hart.csr.mie = mie;
    if (!trap.cause)
        return;
    vcpu->vm->stats.injected++;
    platform_observe_trap(&vcpu->vm->platform, &vcpu->hart, trap);
    trap_enter(&vcpu->hart, trap);
}
