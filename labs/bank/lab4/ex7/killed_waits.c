/* wrong: who was killed begins to wait all the same, and may wait for ever.
 * fails: who was killed does not begin to wait
 * source: what students do */
bool sched_block(struct proc_list *list)
{
    current->state = PROCESS_BLOCKED;
    list_add(list, current);
    leave();
    return !current->killed;
}
