/* wrong: the guest's counters are advanced whether it inhibits them or not.
 * fails: a counter that the guest inhibits does not count
 * source: what students do: a CSR's rule is written a second time, without its conditions */
static void carry_out(struct vcpu *vcpu, uint64_t steps)
{
    memcpy(vcpu->hart.x, vcpu->run.x, sizeof vcpu->hart.x);
    vcpu->hart.pc = vcpu->run.pc;
    carry_out_reservation(vcpu);
    carry_out_fp(vcpu);
    vcpu->vm->platform.s.clock.steps += steps;
    vcpu->vm->stats.direct += steps;
    vcpu->hart.csr.mcycle += steps;
    vcpu->hart.csr.minstret += steps;
}
