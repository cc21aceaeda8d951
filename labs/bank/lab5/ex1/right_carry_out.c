/* right: time first, then the registers, one by one. */
static void carry_out(struct vcpu *vcpu, uint64_t steps)
{
    struct vm *vm = vcpu->vm;
    struct hart *hart = &vcpu->hart;
    vm->platform.s.clock.steps += steps;
    vm->stats.direct += steps;
    csr_count(hart, steps, steps);
    for (unsigned i = 1; i < 32; i++)
        hart->x[i] = vcpu->run.x[i];
    hart->pc = vcpu->run.pc;
    carry_out_fp(vcpu);
    carry_out_reservation(vcpu);
}
