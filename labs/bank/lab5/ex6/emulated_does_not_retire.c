/* wrong: an emulated instruction is a step that does not retire.
 * fails: an emulated instruction is one step, and retires
 * source: pitfalls P42: steps and retirements are taken for one or mixed up */
static void conclude(struct vcpu *vcpu, enum outcome outcome, struct trap trap)
{
    switch (outcome) {
    case RESUME_NEXT:
        vcpu_count_step(vcpu, false);
        break;
    case REFLECT:
        vcpu_reflect(vcpu, trap);
        break;
    case RESUME_SAME:
    case LEAVE:
        break;
    }
}
