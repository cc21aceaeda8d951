/* wrong: an emulated instruction is no step, so a guest in a VM has more time than on the machine.
 * fails: an emulated instruction is one step, and retires
 * source: pitfalls P42 */
static void conclude(struct vcpu *vcpu, enum outcome outcome, struct trap trap)
{
    if (outcome == REFLECT)
        vcpu_reflect(vcpu, trap);
}
