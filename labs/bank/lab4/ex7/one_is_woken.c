/* wrong: only the first of those who wait is woken.
 * fails: all who wait are woken, the first of them first
 * source: what students do */
void sched_wake(struct proc_list *list)
{
    if (list->first)
        sched_interrupt(list->first);
}
