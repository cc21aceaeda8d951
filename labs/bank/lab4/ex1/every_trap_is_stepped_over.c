/* wrong: sepc is advanced for every exception, so that what faulted is left out.
 * fails: after a page fault the program does the same instruction again
 * source: what students do */
static void user_exception(struct trapframe *frame)
{
    frame->sepc += 4;
    if (frame->scause == CAUSE_ECALL_U) {
        syscall(frame);
        return;
    }
    enum fault fault = page_fault(frame);
    if (fault != FAULT_CURED)
        kill_for(frame, fault);
}
