/* right: an endless loop with its ways out. */
void vcpu_run(struct vcpu *vcpu, uint64_t until)
{
    struct platform *platform = &vcpu->vm->platform;
    hold_reserved(vcpu);
    for (;;) {
        if (platform->stirred || vcpu->hart.waiting || platform->s.clock.steps >= until)
            return;
        vcpu_inject(vcpu);
        if (platform->stirred)
            return;
        platform_observe_insn(platform, &vcpu->hart);
        struct hw_exit exit = vcpu_enter(vcpu, budget(platform, until));
        handle(vcpu, exit);
    }
}
