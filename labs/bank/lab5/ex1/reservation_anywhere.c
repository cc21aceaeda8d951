/* wrong: where the p2m has no memory, the hart gets a reservation all the same.
 * fails: a reservation where the VM has no memory is none of the hart's
 * source: what students do: the result of a translation is not asked for */
static void carry_in_reservation(struct vcpu *vcpu)
{
    hpa_t hpa = HPA(vcpu->hart.reservation.pa);
    vcpu->run.reservation = vcpu->hart.reservation;
    if (!vcpu->run.reservation.valid)
        return;
    vm_translate(vcpu->vm, GPA(vcpu->hart.reservation.pa), PTE_R, &hpa);
    vcpu->run.reservation.pa = hpa.a;
}
