/* A real-time kernel's ways, those of FreeRTOS: M-mode alone, a vectored mtvec, ticks of the CLINT,
 * tasks that yield by ecall or by a software interrupt, and are preempted; wfi when idle. */
#include "board.h"

enum { TASKS = 3, STACK = 512, FRAME = 32, IDLE = 2 };
enum { ECALL_M = 11, ILLEGAL = 2, MIE_MSI = 1 << 3, MIE_MTI = 1 << 7 };

static uint64_t stacks[TASKS][STACK] __attribute__((aligned(16)));
uint64_t *task_stack[TASKS]; /* where each left its registers: x1, x3 to x31, mepc, mstatus */
uint64_t current;
static volatile unsigned ticks, software, yields, illegal, rounds[TASKS];

/* Vectored: exceptions at the base, interrupt n at base + 4n. */
asm(".balign 256\n"
    ".option push\n.option norvc\n"
    "vectors:\n"
    "    j exception\n"
    "    j unexpected\n    j unexpected\n"
    "    j interrupt\n"
    "    j unexpected\n    j unexpected\n    j unexpected\n"
    "    j interrupt\n"
    "    j unexpected\n    j unexpected\n    j unexpected\n    j unexpected\n"
    ".option pop\n"
    ".altmacro\n"
    ".macro each op\n"
    "    .irp n,1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "    \\op x\\n, (8 * \\n)(sp)\n"
    "    .endr\n"
    ".endm\n"
    "exception:\n"
    "interrupt:\n"
    "    addi sp, sp, -272\n"
    "    each sd\n"
    "    csrr t0, mepc\n"
    "    sd t0, 0(sp)\n"
    "    csrr t0, mstatus\n"
    "    sd t0, 256(sp)\n"
    "    csrr a0, mcause\n"
    "    mv a1, sp\n"
    "    call trap\n"
    "    mv sp, a0\n"
    "resume:\n"
    "    ld t0, 0(sp)\n"
    "    csrw mepc, t0\n"
    "    ld t0, 256(sp)\n"
    "    csrw mstatus, t0\n"
    "    each ld\n"
    "    addi sp, sp, 272\n"
    "    mret\n"
    "first_task:\n"
    "    mv sp, a0\n"
    "    j resume\n"
    "unexpected:\n"
    "    j unexpected\n");
void vectors(void);
void first_task(uint64_t *stack);

static uint64_t *switch_task(uint64_t *stack)
{
    task_stack[current] = stack;
    current = (current + 1) % TASKS;
    return task_stack[current];
}

/* Gives the stack to go on with. */
uint64_t *trap(uint64_t cause, uint64_t *stack);
uint64_t *trap(uint64_t cause, uint64_t *stack)
{
    switch (cause) {
    case (uint64_t)1 << 63 | 7:
        ticks++;
        MTIMECMP(0) = MTIMECMP(0) + TICK;
        return switch_task(stack);
    case (uint64_t)1 << 63 | 3:
        MSIP(0) = 0;
        software++;
        return switch_task(stack);
    case ECALL_M:
        stack[0] += 4;
        yields++;
        return switch_task(stack);
    case ILLEGAL:
        stack[0] += 4;
        illegal++;
        return stack;
    default:
        put_hex("mcause", cause);
        finish(1);
        return stack;
    }
}

static void yield(void)
{
    asm volatile("ecall" ::: "memory");
}

/* Asks in turns with the other, by both ways of yielding; then waits to be preempted. */
static void task(unsigned self, const char *name)
{
    for (int i = 0; i < 3; i++) {
        put(name);
        rounds[self]++;
        if (i == 1)
            MSIP(0) = 1;
        else
            yield();
    }
    CSR_SET("mie", MIE_MTI);
    while (ticks < 4 || rounds[self] < 1000)
        rounds[self]++;
}

static void task_a(void)
{
    task(0, "A");
    while (rounds[1] < 1000)
        yield();
    asm volatile(".word 0xffffffff");
    put("\n");
    put_hex("software interrupts", software);
    put_hex("illegal instructions", illegal);
    put(ticks >= 4 && rounds[0] >= 1000 && yields >= 4 ? "preempted\n" : "never preempted\n");
    finish(0);
}

static void task_b(void)
{
    task(1, "B");
    for (;;)
        yield();
}

static void idle(void)
{
    for (;;) {
        if (ticks)
            asm volatile("wfi");
        yield();
    }
}

static void make_task(unsigned number, void (*entry)(void))
{
    uint64_t *stack = &stacks[number][STACK - 34];
    stack[0] = (uintptr_t)entry;
    stack[32] = 3 << 11 | 1 << 7; /* mstatus: back to M, interrupts on */
    task_stack[number] = stack;
}

void start(void)
{
    if (CSR_READ("mhartid"))
        for (;;)
            asm volatile("wfi");
    make_task(0, task_a);
    make_task(1, task_b);
    make_task(IDLE, idle);
    CSR_WRITE("mtvec", (uintptr_t)vectors | 1);
    MTIMECMP(0) = MTIME + TICK;
    CSR_WRITE("mie", MIE_MSI); /* ticks begin when the order of what is printed no longer matters */
    first_task(task_stack[0]);
}
