/* right: the cause by a switch over the guest's mode. */
static enum outcome exit_ecall(struct vcpu *vcpu, struct trap *trap)
{
    trap->tval = 0;
    switch (vcpu->hart.mode) {
    case MODE_U:
        trap->cause = CAUSE_ECALL_U;
        return REFLECT;
    case MODE_S:
        trap->cause = CAUSE_ECALL_S;
        break;
    case MODE_M:
        trap->cause = CAUSE_ECALL_M;
        break;
    }
    bool is_answered = platform_takes(&vcpu->vm->platform, &vcpu->hart, *trap);
    if (is_answered) {
        vcpu_count_step(vcpu, false);
        vcpu->vm->stats.firmware++;
    }
    return is_answered ? RESUME_SAME : REFLECT;
}
