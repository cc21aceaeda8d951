/* right: the step is counted before the handler is entered, which makes no difference to it. */
void vcpu_reflect(struct vcpu *vcpu, struct trap trap)
{
    struct vm *vm = vcpu->vm;
    platform_observe_trap(&vm->platform, &vcpu->hart, trap);
    vcpu_count_step(vcpu, false);
    vm->stats.reflected = vm->stats.reflected + 1;
    trap_enter(&vcpu->hart, trap);
}
