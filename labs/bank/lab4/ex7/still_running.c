/* wrong: the state of who waits is not changed, so that nobody can wake it.
 * fails: who waits does not run
 * source: what students do */
bool sched_block(struct proc_list *list)
{
    if (current->killed)
        return false;
    list_add(list, current);
    leave();
    return !current->killed;
}
