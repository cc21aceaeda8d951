/* right: what is a step at all is asked first. */
static void conclude(struct vcpu *vcpu, enum outcome outcome, struct trap trap)
{
    if (outcome == RESUME_SAME || outcome == LEAVE)
        return;
    if (outcome == REFLECT)
        vcpu_reflect(vcpu, trap);
    else
        vcpu_count_step(vcpu, true);
}
