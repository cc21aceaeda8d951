/* What a trap saves, and what handles it. */
#ifndef TRAP_H
#define TRAP_H

#define FRAME_SEPC 256
#define FRAME_SSTATUS 264
#define FRAME_SCAUSE 272
#define FRAME_STVAL 280
#define FRAME_BYTES 288

#ifndef __ASSEMBLER__

#include <stdint.h>

/* Exception causes, and interrupt causes under CAUSE_INTERRUPT (Privileged 4.1.8). */
#define CAUSE_INTERRUPT (1UL << 63)
enum {
    CAUSE_ILLEGAL_INSTRUCTION = 2,
    CAUSE_FETCH_PAGE_FAULT = 12,
    CAUSE_LOAD_PAGE_FAULT = 13,
    CAUSE_STORE_PAGE_FAULT = 15,
    CAUSE_ECALL_U = 8,
    CAUSE_SUPERVISOR_TIMER = 5,
    CAUSE_SUPERVISOR_EXTERNAL = 9,
};

/* The interrupted state. It lies on the kernel stack: at its very top for a trap from user mode.
 * x[0] is unused. Offsets are the FRAME_ constants above. */
struct trapframe {
    uint64_t x[32];
    uint64_t sepc, sstatus, scause, stval;
};

/* Registers by their ABI names, as indices into x. */
enum { REG_RA = 1, REG_SP = 2, REG_A0 = 10, REG_A1 = 11, REG_A7 = 17 };

/* Prepares this hart to take traps: the vector, the interrupts enabled in sie. */
void trap_init(void);

/* Handles a trap. Called by trap_entry with interrupts off; returning resumes the frame. */
void trap_handle(struct trapframe *frame);

/* Called before every return to user mode: a process that was killed exits instead. */
void trap_leave(void);

/* In entry.S: where all traps arrive, and how a new process, with its frame at sp, leaves the
 * kernel for the first time. */
void trap_entry(void);
void trap_first_return(void);

/* Lets interrupts that are pending be taken, from kernel mode, and closes the door again. */
void trap_window(void);

/* What the architecture calls this exception cause. */
const char *trap_name(uint64_t cause);

#endif
#endif
