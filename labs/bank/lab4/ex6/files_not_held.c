/* wrong: parent and child have an open file that only one of them holds.
 * fails: open files are held once more: what the child closes stays open
 * source: what students do */
int proc_fork(void)
{
    int error;
    struct proc *child = make(&error);
    if (!child)
        return error;
    if (!space_share(&current->space, &child->space)) {
        unmake(child);
        return -ENOMEM;
    }
    *proc_frame(child) = *proc_frame(current);
    proc_frame(child)->x[REG_A0] = 0;
    child->parent = current;
    child->group = current->group;
    memcpy(child->name, current->name, sizeof child->name);
    child->directory = inode_hold(current->directory);
    for (int fd = 0; fd < FILES_PER_PROCESS; fd++)
        child->file[fd] = current->file[fd];
    sched_ready(child);
    return child->pid;
}
