/* wrong: a call from the guest's user mode reaches the firmware: any program can turn the VM off.
 * fails: a call from the guest's U is cause 8, and nobody's but the guest's
 * source: pitfalls P26; what students do: the hart's mode is asked, or none */
static enum outcome exit_ecall(struct vcpu *vcpu, struct trap *trap)
{
    uint64_t mode = vcpu->hart.mode;
    *trap = (struct trap){.cause = CAUSE_ECALL_U + mode};
    if (mode == MODE_U)
        trap->cause = CAUSE_ECALL_S;
    if (!platform_takes(&vcpu->vm->platform, &vcpu->hart, *trap))
        return REFLECT;
    vcpu->vm->stats.firmware++;
    vcpu_count_step(vcpu, false);
    return RESUME_SAME;
}
