/* wrong: the 0 goes into the parent's frame.
 * fails: the parent's registers stay as they are
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
    proc_frame(current)->x[REG_A0] = 0;
    proc_frame(child)->x[REG_A0] = 0;
    child->parent = current;
    child->group = current->group;
    memcpy(child->name, current->name, sizeof child->name);
    child->directory = inode_hold(current->directory);
    for (int fd = 0; fd < FILES_PER_PROCESS; fd++)
        child->file[fd] = current->file[fd] ? file_hold(current->file[fd]) : NULL;
    sched_ready(child);
    return child->pid;
}
