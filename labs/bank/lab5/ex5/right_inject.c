/* right: nothing is pending most of the time, so that is asked by itself. */
void vcpu_inject(struct vcpu *vcpu)
{
    struct hart *hart = &vcpu->hart;
    uint64_t cause = trap_pending(hart);
    if (cause != 0) {
        struct trap trap = {.cause = cause, .tval = 0};
        platform_observe_trap(&vcpu->vm->platform, hart, trap);
        vcpu->vm->stats.injected += 1;
        trap_enter(hart, trap);
    }
}
