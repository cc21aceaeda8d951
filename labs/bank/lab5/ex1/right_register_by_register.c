/* right: register by register, the reservation last and in one go. */
static void carry_in(struct vcpu *vcpu)
{
    struct hw_state *run = &vcpu->run;
    const struct hart *hart = &vcpu->hart;
    carry_in_fp(vcpu);
    run->satp = shadow_satp(&vcpu->vm->shadows, vcpu->shadow);
    for (unsigned i = 0; i < X_COUNT; i++)
        run->x[i] = hart->x[i];
    run->pc = hart->pc;
    hpa_t hpa = HPA(0);
    bool holds =
        hart->reservation.valid && vm_translate(vcpu->vm, GPA(hart->reservation.pa), PTE_R, &hpa);
    run->reservation = (struct reservation){.valid = holds, .pa = hpa.a};
}
