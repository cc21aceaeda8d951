/* wrong: the budget is the number of the last step, not how many are left.
 * fails: a guest that never comes back has just the steps that it was given
 * source: what students do: a time taken for a span */
void vcpu_run(struct vcpu *vcpu, uint64_t until)
{
    struct platform *platform = &vcpu->vm->platform;
    hold_reserved(vcpu);
    while (platform->s.clock.steps < until && !vcpu->hart.waiting && !platform->stirred) {
        vcpu_inject(vcpu);
        if (platform->stirred)
            break;
        platform_observe_insn(platform, &vcpu->hart);
        bool is_watched = platform->observer && platform->observer->insn;
        handle(vcpu, vcpu_enter(vcpu, is_watched ? 1 : until));
    }
}
