/* wrong: a guest's reservation is put into the hart as it is, a gpa for an hpa.
 * fails: a reservation on the hart is where the machine has the guest's memory
 * source: pitfalls P41; the two physical address spaces are taken for one */
static void carry_in_reservation(struct vcpu *vcpu)
{
    hpa_t hpa;
    vcpu->run.reservation = vcpu->hart.reservation;
    vcpu->run.reservation.valid =
        vcpu->hart.reservation.valid &&
        vm_translate(vcpu->vm, GPA(vcpu->hart.reservation.pa), PTE_R, &hpa);
}
