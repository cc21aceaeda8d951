/* right: the registers last, files first. */
int proc_fork(void)
{
    int why = 0;
    struct proc *parent = current, *child = make(&why);
    if (child == NULL)
        return why;
    bool is_shared = space_share(&parent->space, &child->space);
    if (!is_shared) {
        unmake(child);
        return -ENOMEM;
    }
    for (unsigned fd = FILES_PER_PROCESS; fd-- > 0;)
        if (parent->file[fd])
            child->file[fd] = file_hold(parent->file[fd]);
    child->directory = inode_hold(parent->directory);
    for (unsigned i = 0; i < sizeof child->name; i++)
        child->name[i] = parent->name[i];
    child->group = parent->group;
    child->parent = parent;
    struct trapframe *frame = proc_frame(child);
    memcpy(frame, proc_frame(parent), sizeof *frame);
    frame->x[REG_A0] = 0;
    int pid = child->pid;
    sched_ready(child);
    return pid;
}
