/* wrong: sepc is advanced when the call is done: a child and a new program have another by then.
 * fails: exec chooses where the program goes on
 * source: what students do */
static void user_exception(struct trapframe *frame)
{
    if (frame->scause == CAUSE_ECALL_U) {
        syscall(frame);
        frame->sepc += 4;
        return;
    }
    enum fault fault = page_fault(frame);
    if (fault != FAULT_CURED)
        kill_for(frame, fault);
}
