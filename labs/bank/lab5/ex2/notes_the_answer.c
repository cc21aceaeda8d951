/* wrong: last_trap is the trap that the guest gets to see, not that of the hart.
 * fails: what is noted is the trap of the hart, not what the guest gets to see
 * source: what students do: *trap is in and out, and read after it was written */
enum outcome exit_dispatch(struct vcpu *vcpu, struct trap *trap)
{
    for (unsigned reason = 0; reason < EXIT_COUNT; reason++)
        if (exits[reason].cause == trap->cause) {
            vcpu->last_exit = vcpu->last_found = (enum exit_reason)reason;
            vcpu->vm->stats.exits[reason]++;
            platform_observe_exit(&vcpu->vm->platform, &vcpu->hart, *trap, exit_text[reason]);
            enum outcome outcome = exits[reason].handler(vcpu, trap);
            vcpu->last_trap = *trap;
            return outcome;
        }
    return emulate_access(vcpu, trap);
}
