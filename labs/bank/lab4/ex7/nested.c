/* right: the condition the other way round. */
bool sched_block(struct proc_list *list)
{
    struct proc *me = current;
    if (!me->killed) {
        list_add(list, me);
        me->state = PROCESS_BLOCKED;
        context_switch(&me->context, &scheduler);
    }
    return !me->killed;
}
