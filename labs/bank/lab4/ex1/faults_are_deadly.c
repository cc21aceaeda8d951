/* wrong: no page fault is given a chance: only calls are answered.
 * fails: after a page fault the program does the same instruction again
 * source: what students do */
static void user_exception(struct trapframe *frame)
{
    if (frame->scause == CAUSE_ECALL_U) {
        frame->sepc += 4;
        syscall(frame);
        return;
    }
    kill_for(frame, FAULT_BAD_ACCESS);
    (void)page_fault;
}
