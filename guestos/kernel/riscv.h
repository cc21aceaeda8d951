/* The supervisor's registers and fences, as C. Each function is one instruction. */
#ifndef RISCV_H
#define RISCV_H

#include <stdint.h>

#include "priv.h"

#define csr_read(csr)                                                                              \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("csrr %0, " #csr : "=r"(value_)::"memory");                               \
        value_;                                                                                    \
    })
#define csr_write(csr, value)                                                                      \
    __asm__ volatile("csrw " #csr ", %0" ::"rK"((uint64_t)(value)) : "memory")

/* Orders earlier stores to page tables before later walks, for every address and space. */
static inline void fence_all(void)
{
    __asm__ volatile("sfence.vma zero, zero" ::: "memory");
}

/* The same for one address space, global mappings excepted (Privileged 4.2.1). */
static inline void fence_asid(uint64_t asid)
{
    __asm__ volatile("sfence.vma zero, %0" ::"r"(asid) : "memory");
}

/* The same for the leaf that maps one address of one space. */
static inline void fence_page(uint64_t va, uint64_t asid)
{
    __asm__ volatile("sfence.vma %0, %1" ::"r"(va), "r"(asid) : "memory");
}

/* Makes instructions that were stored as data visible to fetch. A machine without Zifencei
 * keeps fetch coherent by itself. */
static inline void fence_code(void)
{
#ifdef __riscv_zifencei
    __asm__ volatile("fence.i" ::: "memory");
#endif
}

static inline void wait_for_interrupt(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

static inline uint64_t time_now(void)
{
    return csr_read(time);
}

#endif
