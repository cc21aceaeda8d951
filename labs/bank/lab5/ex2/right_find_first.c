/* right: the row is found first, and noted in another order. */
enum outcome exit_dispatch(struct vcpu *vcpu, struct trap *trap)
{
    unsigned row = 0;
    while (row < EXIT_COUNT && exits[row].cause != trap->cause)
        row++;
    if (row == EXIT_COUNT)
        return emulate_access(vcpu, trap);
    platform_observe_exit(&vcpu->vm->platform, &vcpu->hart, *trap, exit_text[row]);
    vcpu->vm->stats.exits[row] += 1;
    vcpu->last_trap.cause = trap->cause;
    vcpu->last_trap.tval = trap->tval;
    vcpu->last_found = (enum exit_reason)row;
    vcpu->last_exit = vcpu->last_found;
    return (*exits[row].handler)(vcpu, trap);
}
