/* wrong: a trap that has no row is the guest's: it sees an access fault of the real machine.
 * fails: a trap of no row is an access that the reference step finds out about
 * source: what students do: what is unknown is handed on */
enum outcome exit_dispatch(struct vcpu *vcpu, struct trap *trap)
{
    for (unsigned reason = 0; reason < EXIT_COUNT; reason++)
        if (exits[reason].cause == trap->cause) {
            vcpu->last_exit = vcpu->last_found = (enum exit_reason)reason;
            vcpu->last_trap = *trap;
            vcpu->vm->stats.exits[reason]++;
            platform_observe_exit(&vcpu->vm->platform, &vcpu->hart, *trap, exit_text[reason]);
            return exits[reason].handler(vcpu, trap);
        }
    return REFLECT;
}
