/* wrong: who is ready is taken out of its place and put at the end.
 * fails: who does not wait is not interrupted
 * source: what students do */
void sched_interrupt(struct proc *p)
{
    if (p->list) {
        list_remove(p);
        sched_ready(p);
    }
}
