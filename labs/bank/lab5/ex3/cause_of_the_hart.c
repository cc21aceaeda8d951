/* wrong: the guest sees the hart's cause, 8, whichever of its modes called.
 * fails: a call from the guest's S to firmware of its own is cause 9
 * source: pitfalls P26: the hart always says cause 8 */
static enum outcome exit_ecall(struct vcpu *vcpu, struct trap *trap)
{
    struct trap call = {.cause = CAUSE_ECALL_U + (uint64_t)vcpu->hart.mode};
    trap->tval = 0;
    if (!platform_takes(&vcpu->vm->platform, &vcpu->hart, call))
        return REFLECT;
    vcpu->vm->stats.firmware++;
    vcpu_count_step(vcpu, false);
    return RESUME_SAME;
}
