/* What happens after a trap. The one idea: an exception is somebody's doing. The program's are
 * answered or cost it its life; the kernel's own are allowed only in the loops that touch user
 * memory, and are otherwise a bug that stops the machine. */
#include "trap.h"

#include <stddef.h>

#include "abi.h"
#include "console.h"
#include "panic.h"
#include "platform.h"
#include "plic.h"
#include "priv.h"
#include "riscv.h"
#include "sched.h"
#include "syscall.h"
#include "usercopy.h"

void trap_init(void)
{
    csr_write(stvec, (uint64_t)trap_entry);
    csr_write(scounteren, 0);
    csr_write(sie, MIP_SEIP | (platform.no_timer ? 0 : MIP_STIP));
}

const char *trap_name(uint64_t cause)
{
    static const char *const name[] = {
        [0] = "instruction address misaligned",
        [1] = "instruction access fault",
        [2] = "illegal instruction",
        [3] = "breakpoint",
        [4] = "load address misaligned",
        [5] = "load access fault",
        [6] = "store address misaligned",
        [7] = "store access fault",
        [12] = "instruction page fault",
        [13] = "load page fault",
        [15] = "store page fault",
    };
    return cause < sizeof name / sizeof name[0] && name[cause] ? name[cause] : "exception";
}

static void interrupt(uint64_t cause)
{
    switch (cause) {
    case CAUSE_SUPERVISOR_TIMER:
        sched_timer();
        console_poll();
        break;
    case CAUSE_SUPERVISOR_EXTERNAL:
        plic_interrupt();
        break;
    default:
        panic("interrupt %lu", cause);
    }
}

/* Tries to answer an exception of the current process as a page fault. */
static enum fault page_fault(const struct trapframe *frame)
{
    switch (frame->scause) {
    case CAUSE_FETCH_PAGE_FAULT:
        return space_fault(&current->space, frame->stval, ACCESS_FETCH);
    case CAUSE_LOAD_PAGE_FAULT:
        return space_fault(&current->space, frame->stval, ACCESS_LOAD);
    case CAUSE_STORE_PAGE_FAULT:
        return space_fault(&current->space, frame->stval, ACCESS_STORE);
    default:
        return FAULT_BAD_ACCESS;
    }
}

static _Noreturn void kill_for(const struct trapframe *frame, enum fault fault)
{
    if (fault == FAULT_NO_MEMORY) {
        print("pid %d (%s): out of memory at 0x%lx, pc 0x%lx\n", current->pid, current->name,
              frame->stval, frame->sepc);
        proc_exit(STATUS_NO_MEMORY);
    }
    print("pid %d (%s): %s %s0x%lx, pc 0x%lx\n", current->pid, current->name,
          trap_name(frame->scause), frame->scause == CAUSE_ILLEGAL_INSTRUCTION ? "" : "at ",
          frame->stval, frame->sepc);
    proc_exit(STATUS_TRAP + (int)frame->scause);
}

/* An exception of the program. Lab 4, exercise 1.
 *
 * An ecall (CAUSE_ECALL_U) is a system call. The program goes on behind it, four bytes further:
 * that must stand in the frame before the call is done, for fork copies the frame, exec replaces
 * it, and exit never comes back. Everything else is tried as a page fault (page_fault); where that
 * cures it, the program does the same instruction again, and otherwise it is the end of the process
 * (kill_for). */
static void user_exception(struct trapframe *frame)
{
    if (frame->scause == CAUSE_ECALL_U) {
        frame->sepc += 4;
        syscall(frame);
        return;
    }
    enum fault fault = page_fault(frame);
    if (fault != FAULT_CURED)
        kill_for(frame, fault);
}

static void kernel_exception(struct trapframe *frame)
{
    if (!current || !usercopy_owns(frame->sepc))
        panic("%s in the kernel at 0x%lx, pc 0x%lx", trap_name(frame->scause), frame->stval,
              frame->sepc);
    if (page_fault(frame) != FAULT_CURED)
        frame->sepc = usercopy_failure();
}

void trap_leave(void)
{
    if (current->killed)
        proc_exit(STATUS_KILLED);
}

void trap_handle(struct trapframe *frame)
{
    bool from_user = !(frame->sstatus & MSTATUS_SPP);
    bool is_interrupt = frame->scause & CAUSE_INTERRUPT;
    uint64_t cause = frame->scause & ~CAUSE_INTERRUPT;
    if (is_interrupt)
        interrupt(cause);
    else if (from_user)
        user_exception(frame);
    else
        kernel_exception(frame);
    if (!from_user)
        return;
    if (is_interrupt && cause == CAUSE_SUPERVISOR_TIMER)
        sched_yield();
    trap_leave();
}
