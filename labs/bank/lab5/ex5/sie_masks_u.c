/* wrong: SIE is asked in user mode, too: a guest whose kernel left it off is never interrupted
 * there. fails: S with SIE off waits, but U never masks the interrupts of S source: pitfalls P32 */
void vcpu_inject(struct vcpu *vcpu)
{
    struct trap trap = {.cause = trap_pending(&vcpu->hart)};
    if (!trap.cause || (vcpu->hart.mode == MODE_U && !(vcpu->hart.csr.mstatus & MSTATUS_SIE)))
        return;
    vcpu->vm->stats.injected++;
    platform_observe_trap(&vcpu->vm->platform, &vcpu->hart, trap);
    trap_enter(&vcpu->hart, trap);
}
