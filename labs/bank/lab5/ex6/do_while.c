/* wrong: the guest is entered at least once, whatever time it is.
 * fails: a guest that waits is not entered
 * source: what students do: do ... while */
void vcpu_run(struct vcpu *vcpu, uint64_t until)
{
    struct platform *platform = &vcpu->vm->platform;
    if (platform->s.clock.steps >= until || platform->stirred)
        return;
    hold_reserved(vcpu);
    do {
        vcpu_inject(vcpu);
        if (platform->stirred)
            break;
        platform_observe_insn(platform, &vcpu->hart);
        handle(vcpu, vcpu_enter(vcpu, budget(platform, until)));
    } while (platform->s.clock.steps < until && !vcpu->hart.waiting && !platform->stirred);
}
