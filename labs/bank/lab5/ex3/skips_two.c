/* wrong: pc is moved past the ecall that the firmware has moved it past already.
 * fails: a call from the guest's S is answered by the platform's firmware
 * source: what students do: pc is advanced by whoever thinks of it */
static enum outcome exit_ecall(struct vcpu *vcpu, struct trap *trap)
{
    *trap = (struct trap){.cause = CAUSE_ECALL_U + (uint64_t)vcpu->hart.mode};
    if (!platform_takes(&vcpu->vm->platform, &vcpu->hart, *trap))
        return REFLECT;
    vcpu->hart.pc += 4;
    vcpu->vm->stats.firmware++;
    vcpu_count_step(vcpu, false);
    return RESUME_SAME;
}
