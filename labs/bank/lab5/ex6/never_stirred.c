/* wrong: a device that has changed is looked at when the time is up, not now.
 * fails: when a device has changed, the vcpu comes back
 * source: what students do: one condition of the three is forgotten */
void vcpu_run(struct vcpu *vcpu, uint64_t until)
{
    struct platform *platform = &vcpu->vm->platform;
    hold_reserved(vcpu);
    if (platform->stirred)
        return;
    while (platform->s.clock.steps < until && !vcpu->hart.waiting) {
        vcpu_inject(vcpu);
        platform_observe_insn(platform, &vcpu->hart);
        handle(vcpu, vcpu_enter(vcpu, budget(platform, until)));
    }
}
