/* right: a switch over the cause. */
static void user_exception(struct trapframe *frame)
{
    enum fault fault;
    switch (frame->scause) {
    case CAUSE_ECALL_U:
        frame->sepc = frame->sepc + 4;
        syscall(frame);
        break;
    default:
        fault = page_fault(frame);
        if (fault == FAULT_CURED)
            break;
        kill_for(frame, fault);
    }
}
