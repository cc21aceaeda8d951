/* Tests of exceptions: what a program does that it must not, and how it ends. */
#include "usertests.h"

static uint64_t target;

static void load(void)
{
    __asm__ volatile("ld zero, 0(%0)" ::"r"(target));
}

static void store(void)
{
    __asm__ volatile("sd zero, 0(%0)" ::"r"(target));
}

static void jump(void)
{
    __asm__ volatile("jalr ra, 0(%0)" ::"r"(target) : "ra", "memory");
}

static int status_at(void (*access)(void), uint64_t address)
{
    target = address;
    return status_of(access);
}

static const uint64_t forbidden[] = {
    0,         0x50000000,         KERNEL_TEXT, 0x87000000, 0x3ffffffff8, 0x4000000000,
    1UL << 63, 0xffffffff80200000,
};

void test_loads_are_checked(void)
{
    for (size_t i = 0; i < sizeof forbidden / 8; i++)
        check(status_at(load, forbidden[i]) == STATUS_TRAP + CAUSE_LOAD_PAGE);
    check(status_at(load, USER_END - USER_STACK_BYTES - 8) == STATUS_TRAP + CAUSE_LOAD_PAGE);
}

void test_stores_are_checked(void)
{
    for (size_t i = 0; i < sizeof forbidden / 8; i++)
        check(status_at(store, forbidden[i]) == STATUS_TRAP + CAUSE_STORE_PAGE);
    check(status_at(store, USER_START) == STATUS_TRAP + CAUSE_STORE_PAGE); /* text */
    check(status_at(store, (uint64_t)forbidden & ~7UL) == STATUS_TRAP + CAUSE_STORE_PAGE);
}

void test_fetches_are_checked(void)
{
    static uint32_t data[2] = {0x00008067}; /* ret */
    uint32_t stack[2] = {0x00008067};
    for (size_t i = 0; i < sizeof forbidden / 8; i++)
        check(status_at(jump, forbidden[i]) == STATUS_TRAP + CAUSE_FETCH_PAGE);
    check(status_at(jump, (uint64_t)data) == STATUS_TRAP + CAUSE_FETCH_PAGE);
    check(status_at(jump, (uint64_t)stack) == STATUS_TRAP + CAUSE_FETCH_PAGE);
    check(status_at(jump, (uint64_t)sbrk(PAGE)) == STATUS_TRAP + CAUSE_FETCH_PAGE);
}

#define INSTRUCTION(name, text)                                                                    \
    static void name(void)                                                                         \
    {                                                                                              \
        __asm__ volatile(text ::: "t0", "memory");                                                 \
    }

INSTRUCTION(zeros, ".word 0")
INSTRUCTION(ones, ".word 0xffffffff")
INSTRUCTION(float_load, ".word 0x00053007") /* fld ft0, 0(a0): there is no floating point */
INSTRUCTION(breakpoint, ".word 0x00100073")
INSTRUCTION(read_sstatus, "csrr t0, sstatus")
INSTRUCTION(write_satp, "csrw satp, zero")
INSTRUCTION(set_sie, "csrsi sie, 2")
INSTRUCTION(read_mstatus, "csrr t0, mstatus")
INSTRUCTION(read_cycle, "csrr t0, cycle")
INSTRUCTION(read_time, "csrr t0, time")
INSTRUCTION(write_time, "csrw time, zero")
INSTRUCTION(read_nothing, "csrr t0, 0x8ff")
INSTRUCTION(return_s, "sret")
INSTRUCTION(return_m, "mret")
INSTRUCTION(fence_memory, "sfence.vma zero, zero")
INSTRUCTION(wait_for_interrupt, "wfi")

void test_illegal_instructions_are_fatal(void)
{
    check(status_of(zeros) == STATUS_TRAP + CAUSE_ILLEGAL);
    check(status_of(ones) == STATUS_TRAP + CAUSE_ILLEGAL);
    check(status_of(float_load) == STATUS_TRAP + CAUSE_ILLEGAL);
}

void test_privileged_instructions_are_fatal(void)
{
    void (*const privileged[])(void) = {
        read_sstatus, write_satp, set_sie,      read_mstatus, read_cycle,
        write_time,   return_s,   read_nothing, return_m,     fence_memory,
    };
    for (size_t i = 0; i < sizeof privileged / sizeof privileged[0]; i++)
        check(status_of(privileged[i]) == STATUS_TRAP + CAUSE_ILLEGAL);
}

/* The architecture lets wfi trap or not. The kernel forbids time, but firmware may emulate it. */
void test_wfi_and_time_are_harmless_or_fatal(void)
{
    int status = status_of(wait_for_interrupt);
    check(status == 0 || status == STATUS_TRAP + CAUSE_ILLEGAL);
    status = status_of(read_time);
    check(status == 0 || status == STATUS_TRAP + CAUSE_ILLEGAL);
}

void test_breakpoints_are_fatal(void)
{
    check(status_of(breakpoint) == STATUS_TRAP + CAUSE_BREAKPOINT);
}

static unsigned char bytes[2 * PAGE] __attribute__((aligned(4096)));

static void load_misaligned(void)
{
    uint64_t near, far;
    for (int i = 0; i < 16; i++)
        bytes[PAGE - 8 + i] = (unsigned char)i;
    __asm__ volatile("ld %0, 0(%1)" : "=r"(near) : "r"(bytes + PAGE - 7));
    __asm__ volatile("ld %0, 0(%1)" : "=r"(far) : "r"(bytes + PAGE - 3));
    check(near == 0x0807060504030201 && far == 0x0c0b0a0908070605);
}

static void store_misaligned(void)
{
    uint64_t value = 0x1122334455667788;
    bytes[PAGE - 4] = bytes[PAGE + 5] = 9;
    __asm__ volatile("sd %0, 0(%1)" ::"r"(value), "r"(bytes + PAGE - 3) : "memory");
    check(bytes[PAGE - 3] == 0x88 && bytes[PAGE - 1] == 0x66);
    check(bytes[PAGE] == 0x55 && bytes[PAGE + 4] == 0x11);
    check(bytes[PAGE - 4] == 9 && bytes[PAGE + 5] == 9);
}

void test_misaligned_access_is_exact_or_fatal(void)
{
    int status = status_of(load_misaligned);
    check(status == 0 || status == STATUS_TRAP + CAUSE_LOAD_MISALIGNED);
    status = status_of(store_misaligned);
    check(status == 0 || status == STATUS_TRAP + CAUSE_STORE_MISALIGNED);
}
