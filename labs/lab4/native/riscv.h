/* The supervisor's registers and fences, for the guest's kernel compiled for this host: it takes
 * the place of guestos/kernel/riscv.h, whose guard it has. CSRs are variables, and fences reach the
 * TLB of hart.c. Two functions of the kernel have names that the host's C library has as well. */
#ifndef RISCV_H
#define RISCV_H

#include <stdint.h>

#include "priv.h"

struct trapframe;
void syscall(struct trapframe *frame) __asm__("guest_syscall");
void sched_yield(void) __asm__("guest_sched_yield");

/* In the order in which the kernel writes them. */
extern struct native_csrs {
    uint64_t satp, sstatus, stvec, scounteren, sie, scause, stval, sepc, time;
} native_csrs;

#define csr_read(csr) (native_csrs.csr)
#define csr_write(csr, value) ((void)(native_csrs.csr = (uint64_t)(value)))

void fence_all(void);
void fence_asid(uint64_t asid);
void fence_page(uint64_t va, uint64_t asid);
void wait_for_interrupt(void);

static inline void fence_code(void)
{
}

static inline uint64_t time_now(void)
{
    return csr_read(time);
}

#endif
