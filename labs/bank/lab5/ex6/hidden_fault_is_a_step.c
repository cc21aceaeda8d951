/* wrong: a fault that the guest never sees takes a step of its time.
 * fails: a fault that the guest does not see is no step
 * source: pitfalls P42: a hidden fault is none */
static void conclude(struct vcpu *vcpu, enum outcome outcome, struct trap trap)
{
    switch (outcome) {
    case RESUME_NEXT:
        vcpu_count_step(vcpu, true);
        break;
    case REFLECT:
        vcpu_reflect(vcpu, trap);
        break;
    case RESUME_SAME:
        vcpu_count_step(vcpu, false);
        break;
    case LEAVE:
        break;
    }
}
