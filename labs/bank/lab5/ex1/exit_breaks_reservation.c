/* wrong: every exit breaks the guest's reservation, so LR and SC around one never succeed.
 * fails: a reservation outlives an exit that the guest does not see
 * source: pitfalls P41: a hidden exit between LR and SC */
static void carry_out_reservation(struct vcpu *vcpu)
{
    vcpu->hart.reservation = (struct reservation){0};
}
