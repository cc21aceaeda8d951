/* wrong: the hart walks the guest's own page tables, as if gpa were hpa.
 * fails: the hart walks the shadow of the guest's view, not the guest's tables
 * source: what students do: a world switch that loads every CSR of the guest */
static void carry_in(struct vcpu *vcpu)
{
    memcpy(vcpu->run.x, vcpu->hart.x, sizeof vcpu->run.x);
    vcpu->run.pc = vcpu->hart.pc;
    vcpu->run.satp = vcpu->hart.csr.satp;
    carry_in_reservation(vcpu);
    carry_in_fp(vcpu);
}
