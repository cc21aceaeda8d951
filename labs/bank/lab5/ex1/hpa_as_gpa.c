/* wrong: the hart's reservation comes back as the guest's without translation.
 * fails: a reservation that was made on the hart is the guest's, at a gpa
 * source: pitfalls P41; translated in one direction only */
static void carry_out_reservation(struct vcpu *vcpu)
{
    vcpu->hart.reservation = vcpu->run.reservation;
}
