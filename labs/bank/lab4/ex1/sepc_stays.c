/* wrong: the program comes back to its ecall, and calls again, for ever.
 * fails: a program goes on behind its ecall
 * source: what students do */
static void user_exception(struct trapframe *frame)
{
    if (frame->scause == CAUSE_ECALL_U) {
        syscall(frame);
        return;
    }
    enum fault fault = page_fault(frame);
    if (fault != FAULT_CURED)
        kill_for(frame, fault);
}
