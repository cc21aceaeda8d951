/* wrong: a call that the firmware answers is no step: time stands still for it.
 * fails: a call that the firmware answers is a step that does not retire
 * source: pitfalls P42 */
static enum outcome exit_ecall(struct vcpu *vcpu, struct trap *trap)
{
    *trap = (struct trap){.cause = CAUSE_ECALL_U + (uint64_t)vcpu->hart.mode};
    if (!platform_takes(&vcpu->vm->platform, &vcpu->hart, *trap))
        return REFLECT;
    vcpu->vm->stats.firmware++;
    return RESUME_SAME;
}
