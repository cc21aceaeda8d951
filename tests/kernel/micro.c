/* A microkernel's ways, those of seL4: an ELF file linked high and loaded low, started by a
 * firmware in S-mode without translation; Sv39; console, timer and power by SBI; a thread in U-mode
 * that calls, is preempted, and faults. */
#include "board.h"

#define BASE 0xffffffff84000000
#define LOADED 0x84000000
enum { PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_X = 8, PTE_U = 16, PTE_AD = 0xc0 };
enum { ECALL_U = 8, LOAD_PAGE_FAULT = 13, STI = 5 };
enum { CALL_PUT, CALL_WAIT, CALL_END };

uint64_t tables[4][512] __attribute__((aligned(4096))); /* root; low; user's, and its page's */
uint64_t user_registers[32];
static volatile unsigned ticks;
extern uint8_t user_page[];

/* The tables are made, and translation turned on, by physical addresses. The entry vector is where
 * the high half goes on. */
asm(".section .text.start\n"
    ".globl _start\n"
    "_start:\n"
    "    la t0, tables\n"
    "    li t1, 0x200000cf\n" /* 2 GiB to 3 GiB, as they are: R W X A D */
    "    sd t1, 16(t0)\n"
    "    li t2, 8 * 510\n" /* and for the high half */
    "    add t2, t0, t2\n"
    "    sd t1, 0(t2)\n"
    "    srli t1, t0, 12\n"
    "    li t2, 8 << 60\n"
    "    or t1, t1, t2\n"
    "    la t3, high\n"
    "    li t2, 0xffffffff00000000\n"
    "    or t3, t3, t2\n"
    "    csrw stvec, t3\n"
    "    csrw satp, t1\n"
    "    sfence.vma\n"
    "    .word 0\n" /* the way up is a trap */
    ".balign 4\n"
    "high:\n"
    "    la sp, stack_end\n"
    "    j start\n"
    ".bss\n"
    ".balign 16\n"
    ".skip 4096\n"
    "stack_end:\n"
    ".text\n"
    ".altmacro\n"
    ".macro each op\n"
    "    .irp n,1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "    \\op x\\n, (8 * \\n)(a0)\n"
    "    .endr\n"
    ".endm\n"
    ".balign 4\n"
    "trap_entry:\n"
    "    csrrw a0, sscratch, a0\n"
    "    each sd\n"
    "    csrrw t0, sscratch, a0\n"
    "    sd t0, 80(a0)\n"
    "    la sp, stack_end\n"
    "    call trap\n"
    "to_user:\n"
    "    la a0, user_registers\n"
    "    csrw sscratch, a0\n"
    "    each ld\n"
    "    ld a0, 80(a0)\n"
    "    sret\n");
void trap_entry(void);
__attribute__((noreturn)) void to_user(void);

/* The thread: at address 0x10000, in a page of its own. */
asm(".section .user, \"aw\"\n"
    "    li s0, 5\n"
    "1:  li a7, 0\n"
    "    addi a0, s0, 'a' - 1\n"
    "    ecall\n"
    "    addi s0, s0, -1\n"
    "    bnez s0, 1b\n"
    "    li a7, 1\n"
    "2:  ecall\n"
    "    beqz a0, 2b\n"
    "    li s1, 0x7000000\n"
    ".option push\n.option norvc\n"
    "    ld a1, 8(s1)\n"
    ".option pop\n"
    "    li a7, 2\n"
    "    ecall\n"
    "3:  j 3b\n"
    ".text\n");

static uint64_t sbi(uint64_t extension, uint64_t function, uint64_t first, uint64_t second)
{
    register uint64_t a0 asm("a0") = first, a1 asm("a1") = second, a6 asm("a6") = function,
                         a7 asm("a7") = extension;
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
    return a1;
}

static void say(const char *text)
{
    for (; *text; text++)
        sbi(1, 0, (uint8_t)*text, 0);
}

static void set_timer(void)
{
    sbi(0x54494d45, 0, CSR_READ("time") + TICK, 0);
}

static void fault(void)
{
    say(CSR_READ("stval") == 0x7000008 ? "fault where it should\n" : "fault elsewhere\n");
    CSR_WRITE("sepc", CSR_READ("sepc") + 4);
}

static void call(void)
{
    CSR_WRITE("sepc", CSR_READ("sepc") + 4);
    switch (user_registers[17]) {
    case CALL_PUT:
        sbi(1, 0, user_registers[10], 0);
        break;
    case CALL_WAIT:
        user_registers[10] = ticks >= 3;
        break;
    case CALL_END:
        say("done\n");
        sbi(0x53525354, 0, 0, 0);
    }
}

void trap(void);
void trap(void)
{
    uint64_t cause = CSR_READ("scause");
    if (cause == ((uint64_t)1 << 63 | STI)) {
        if (++ticks == 3)
            say("\nticks\n");
        set_timer();
    } else if (cause == ECALL_U) {
        call();
    } else if (cause == LOAD_PAGE_FAULT) {
        fault();
    } else {
        say("unexpected trap\n");
        sbi(0x53525354, 0, 0, 1);
    }
}

static uint64_t physical(const void *what)
{
    return (uintptr_t)what - BASE + LOADED;
}

void start(void);
void start(void)
{
    tables[0][0] = physical(tables[1]) >> 2 | PTE_V;
    tables[1][0] = physical(tables[2]) >> 2 | PTE_V;
    tables[2][16] = physical(user_page) >> 2 | PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_AD;
    tables[0][2] = 0; /* the low half is the thread's */
    asm volatile("sfence.vma" ::: "memory");
    CSR_WRITE("stvec", trap_entry);
    say("microkernel up\n");
    set_timer();
    CSR_SET("sie", 1 << STI);
    CSR_CLEAR("sstatus", 1 << 8);
    CSR_WRITE("sepc", 0x10000);
    to_user();
}
