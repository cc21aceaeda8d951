/* wrong: floating-point registers are not carried: the hart's are whoever ran last's.
 * fails: floating-point registers go both ways
 * source: pitfalls P29: FS goes dirty behind the VMM's back */
static void carry_in(struct vcpu *vcpu)
{
    memcpy(vcpu->run.x, vcpu->hart.x, sizeof vcpu->run.x);
    vcpu->run.pc = vcpu->hart.pc;
    vcpu->run.satp = shadow_satp(&vcpu->vm->shadows, vcpu->shadow);
    carry_in_reservation(vcpu);
    vcpu->run.fs = 0;
}
