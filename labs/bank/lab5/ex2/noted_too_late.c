/* wrong: the exit is noted after its handler has answered, over what that found it to be.
 * fails: what a handler found it to be has the last word
 * source: what students do: book-keeping at the end of a function */
enum outcome exit_dispatch(struct vcpu *vcpu, struct trap *trap)
{
    for (unsigned reason = 0; reason < EXIT_COUNT; reason++)
        if (exits[reason].cause == trap->cause) {
            struct trap seen = *trap;
            platform_observe_exit(&vcpu->vm->platform, &vcpu->hart, *trap, exit_text[reason]);
            enum outcome outcome = exits[reason].handler(vcpu, trap);
            vcpu->last_exit = vcpu->last_found = (enum exit_reason)reason;
            vcpu->last_trap = seen;
            vcpu->vm->stats.exits[reason]++;
            return outcome;
        }
    return emulate_access(vcpu, trap);
}
