/* wrong: who came last is woken first.
 * fails: all who wait are woken, the first of them first
 * source: what students do */
void sched_wake(struct proc_list *list)
{
    while (list->last)
        sched_interrupt(list->last);
}
