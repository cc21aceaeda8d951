/* wrong: who was killed while it waited goes on as if it had been woken.
 * fails: who is killed waits no longer
 * source: what students do */
bool sched_block(struct proc_list *list)
{
    if (current->killed)
        return false;
    current->state = PROCESS_BLOCKED;
    list_add(list, current);
    leave();
    return true;
}
