/* wrong: interrupts are looked for once a run, not before each entry.
 * fails: an interrupt that the guest lets in is taken before its next instruction
 * source: pitfalls P32: re-evaluate after writes to xstatus */
void vcpu_run(struct vcpu *vcpu, uint64_t until)
{
    struct platform *platform = &vcpu->vm->platform;
    hold_reserved(vcpu);
    if (platform->s.clock.steps < until && !vcpu->hart.waiting && !platform->stirred)
        vcpu_inject(vcpu);
    while (platform->s.clock.steps < until && !vcpu->hart.waiting && !platform->stirred) {
        platform_observe_insn(platform, &vcpu->hart);
        handle(vcpu, vcpu_enter(vcpu, budget(platform, until)));
    }
}
