/* wrong: the row is taken by the cause's number, as if the table were in the order of causes.
 * fails: each exit is counted in the row that its cause names
 * source: what students do: an array indexed by cause */
enum outcome exit_dispatch(struct vcpu *vcpu, struct trap *trap)
{
    unsigned reason = (unsigned)(trap->cause & 63);
    if (reason >= EXIT_COUNT || exits[reason].cause == NO_CAUSE)
        return emulate_access(vcpu, trap);
    vcpu->last_exit = vcpu->last_found = (enum exit_reason)reason;
    vcpu->last_trap = *trap;
    vcpu->vm->stats.exits[reason]++;
    platform_observe_exit(&vcpu->vm->platform, &vcpu->hart, *trap, exit_text[reason]);
    return exits[reason].handler(vcpu, trap);
}
