/* wrong: registers come back, pc does not: the guest runs the same instructions again.
 * fails: what the guest computed comes back
 * source: what students do: pc is forgotten, for it is no x register */
static void carry_out(struct vcpu *vcpu, uint64_t steps)
{
    memcpy(vcpu->hart.x, vcpu->run.x, sizeof vcpu->hart.x);
    carry_out_reservation(vcpu);
    carry_out_fp(vcpu);
    vcpu->vm->platform.s.clock.steps += steps;
    vcpu->vm->stats.direct += steps;
    csr_count(&vcpu->hart, steps, steps);
}
