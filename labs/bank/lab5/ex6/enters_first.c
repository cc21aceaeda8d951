/* wrong: the guest is entered before an interrupt that is due is looked for.
 * fails: an interrupt that is due is taken before the guest's next instruction
 * source: what students do: the loop begins with the entry */
void vcpu_run(struct vcpu *vcpu, uint64_t until)
{
    struct platform *platform = &vcpu->vm->platform;
    hold_reserved(vcpu);
    while (platform->s.clock.steps < until && !vcpu->hart.waiting && !platform->stirred) {
        platform_observe_insn(platform, &vcpu->hart);
        handle(vcpu, vcpu_enter(vcpu, budget(platform, until)));
        vcpu_inject(vcpu);
        if (platform->stirred)
            break;
    }
}
