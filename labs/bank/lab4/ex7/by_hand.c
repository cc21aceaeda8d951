/* right: the list is walked, each once. */
void sched_wake(struct proc_list *list)
{
    struct proc *next;
    for (struct proc *p = list->first; p; p = next) {
        next = p->next;
        sched_interrupt(p);
    }
}
