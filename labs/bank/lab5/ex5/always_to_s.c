/* wrong: every trap goes to the guest's S-mode, whatever its firmware delegated.
 * fails: what the guest's firmware has not delegated goes to its M-mode
 * source: pitfalls P25, P26: virtual M is forgotten */
void vcpu_reflect(struct vcpu *vcpu, struct trap trap)
{
    struct hart *hart = &vcpu->hart;
    vcpu->vm->stats.reflected++;
    platform_observe_trap(&vcpu->vm->platform, hart, trap);
    uint64_t medeleg = hart->csr.medeleg;
    hart->csr.medeleg = ~(uint64_t)0;
    trap_enter(hart, trap);
    hart->csr.medeleg = medeleg;
    vcpu_count_step(vcpu, false);
}
