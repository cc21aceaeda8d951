/* What the kernels here share: CSRs, the console, and the end. They are small, and each does what a
 * kernel that people teach or ship does, in its way of starting, of keeping time, and of being
 * interrupted. QEMU's virt board runs them too. */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

#define FINISHER ((volatile uint32_t *)0x100000)
#define UART ((volatile uint8_t *)0x10000000)
#define UART_IRQ 10
#define PLIC(offset) (*(volatile uint32_t *)(uintptr_t)(0xc000000 + (offset)))
#define MSIP(hart) (((volatile uint32_t *)0x2000000)[hart])
#define MTIMECMP(hart) (((volatile uint64_t *)0x2004000)[hart])
#define MTIME (*(volatile uint64_t *)0x200bff8)
#define TICK 20000 /* 2 ms of mtime */

#define CSR_READ(name)                                                                             \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        asm volatile("csrr %0, " name : "=r"(value_));                                             \
        value_;                                                                                    \
    })
#define CSR_WRITE(name, value) asm volatile("csrw " name ", %0" ::"r"((uint64_t)(value)) : "memory")
#define CSR_SET(name, value) asm volatile("csrs " name ", %0" ::"r"((uint64_t)(value)) : "memory")
#define CSR_CLEAR(name, value) asm volatile("csrc " name ", %0" ::"r"((uint64_t)(value)) : "memory")

static inline void put(const char *text)
{
    for (; *text; text++) {
        while (!(UART[5] & 0x20))
            ;
        UART[0] = (uint8_t)*text;
    }
}

static inline void put_hex(const char *name, uint64_t value)
{
    char text[19] = "0x";
    for (int i = 0; i < 16; i++)
        text[2 + i] = "0123456789abcdef"[value >> (60 - 4 * i) & 15];
    put(name);
    put(" ");
    put(text);
    put("\n");
}

/* Turns the machine off with a status. */
static inline void finish(unsigned status)
{
    *FINISHER = status ? status << 16 | 0x3333 : 0x5555;
    for (;;)
        ;
}

#endif
