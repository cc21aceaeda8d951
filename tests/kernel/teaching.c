/* A teaching kernel's ways, those of xv6: it starts in M-mode on every hart, delegates everything,
 * opens memory by one PMP entry, and goes to S-mode with Sv39; its timer is stimecmp or, with
 * TIMER_CLINT, a handler in M-mode that hands S-mode a software interrupt. PLIC, UART, and a virtio
 * disk that interrupts. */
#include "board.h"

#define PLIC_HART(hart, offset) PLIC(0x201000 + 0x2000 * (hart) + (offset))
#define PLIC_ENABLE(hart) PLIC(0x2080 + 0x100 * (hart))
#define DISK(offset) (*(volatile uint32_t *)(uintptr_t)(0x10001000 + (offset)))
#define DISK_IRQ 1

enum { HARTS = 2, QUEUE = 8, SECTOR = 512 };
enum { SSI = 1, STI = 5, SEI = 9 };
enum { PTE_V = 1, PTE_RWX = 0xe, PTE_AD = 0xc0, GIGA = 1 << 30 };

static volatile unsigned started, ticks[HARTS], disk_done, key;
static uint64_t root[512] __attribute__((aligned(4096)));

/* ---- time -------------------------------------------------------------------------------------
 */

#ifdef TIMER_CLINT
/* What the handler needs: three registers, where mtimecmp is, and how long a tick. */
static uint64_t scratch[HARTS][5];

asm(".balign 4\n"
    "timer_entry:\n"
    "    csrrw a0, mscratch, a0\n"
    "    sd a1, 0(a0)\n"
    "    sd a2, 8(a0)\n"
    "    sd a3, 16(a0)\n"
    "    ld a1, 24(a0)\n"
    "    ld a2, 32(a0)\n"
    "    ld a3, 0(a1)\n"
    "    add a3, a3, a2\n"
    "    sd a3, 0(a1)\n"
    "    li a1, 2\n"
    "    csrw sip, a1\n"
    "    ld a3, 16(a0)\n"
    "    ld a2, 8(a0)\n"
    "    ld a1, 0(a0)\n"
    "    csrrw a0, mscratch, a0\n"
    "    mret\n");
void timer_entry(void);

static void start_timer(uint64_t hart)
{
    MTIMECMP(hart) = MTIME + TICK;
    scratch[hart][3] = (uint64_t)&MTIMECMP(hart);
    scratch[hart][4] = TICK;
    CSR_WRITE("mscratch", scratch[hart]);
    CSR_WRITE("mtvec", timer_entry);
    CSR_SET("mstatus", 1 << 3);
    CSR_SET("mie", 1 << 7);
}

static void answer_timer(void)
{
    CSR_CLEAR("sip", 1 << SSI);
}
#else
static void start_timer(uint64_t hart)
{
    (void)hart;
    CSR_SET("mie", 1 << STI);
    CSR_SET("0x30a", (uint64_t)1 << 63); /* menvcfg.STCE */
    CSR_SET("mcounteren", 2);
    CSR_WRITE("0x14d", CSR_READ("time") + TICK); /* stimecmp */
}

static void answer_timer(void)
{
    CSR_WRITE("0x14d", CSR_READ("time") + TICK);
}
#endif

/* ---- the disk: virtio-mmio version 2, one request at a time ------------------------------------
 */

struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};
static struct descriptor descriptors[QUEUE] __attribute__((aligned(16)));
static volatile struct {
    uint16_t flags, index, ring[QUEUE];
} available __attribute__((aligned(16)));
static volatile struct {
    uint16_t flags, index;
    struct {
        uint32_t id, length;
    } ring[QUEUE];
} used __attribute__((aligned(16)));
static struct {
    uint32_t type, reserved;
    uint64_t sector;
} request;
static uint8_t block[SECTOR];
static volatile uint8_t status;

static void set_address(unsigned at, const volatile void *what)
{
    DISK(at) = (uint32_t)(uintptr_t)what;
    DISK(at + 4) = (uint32_t)((uintptr_t)what >> 32);
}

static int start_disk(void)
{
    enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8 };
    if (DISK(0) != 0x74726976 || DISK(4) != 2 || DISK(8) != 2)
        return 0;
    DISK(0x70) = 0;
    DISK(0x70) = ACKNOWLEDGE;
    DISK(0x70) = ACKNOWLEDGE | DRIVER;
    DISK(0x24) = 1; /* features 32 to 63: version 1 alone */
    DISK(0x20) = 1;
    DISK(0x24) = 0;
    DISK(0x20) = 0;
    DISK(0x70) = ACKNOWLEDGE | DRIVER | FEATURES_OK;
    DISK(0x30) = 0;
    DISK(0x38) = QUEUE;
    set_address(0x80, descriptors);
    set_address(0x90, &available);
    set_address(0xa0, &used);
    DISK(0x44) = 1;
    DISK(0x70) = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
    return DISK(0x70) & FEATURES_OK;
}

/* Reads sector `sector` to `block`; the interrupt says when it is there. */
static void read_disk(uint64_t sector)
{
    enum { NEXT = 1, WRITE = 2 };
    request.sector = sector;
    status = 0xff;
    descriptors[0] = (struct descriptor){(uintptr_t)&request, sizeof request, NEXT, 1};
    descriptors[1] = (struct descriptor){(uintptr_t)block, SECTOR, NEXT | WRITE, 2};
    descriptors[2] = (struct descriptor){(uintptr_t)&status, 1, WRITE, 0};
    available.ring[available.index % QUEUE] = 0;
    __sync_synchronize();
    available.index++;
    __sync_synchronize();
    DISK(0x50) = 0;
    while (!disk_done)
        asm volatile("wfi");
}

/* ---- traps --------------------------------------------------------------------------------------
 */

static void answer_device(uint64_t hart)
{
    uint32_t irq = PLIC_HART(hart, 4);
    if (irq == UART_IRQ)
        key = UART[0];
    if (irq == DISK_IRQ) {
        DISK(0x64) = DISK(0x60) & 3;
        disk_done = used.index;
    }
    if (irq)
        PLIC_HART(hart, 4) = irq;
}

static __attribute__((interrupt("supervisor"), aligned(4))) void trap(void)
{
    uint64_t cause = CSR_READ("scause"), hart;
    asm("mv %0, tp" : "=r"(hart));
    if (cause == ((uint64_t)1 << 63 | SEI)) {
        answer_device(hart);
    } else if (cause >> 63) {
        answer_timer();
        ticks[hart]++;
    } else {
        put_hex("cause", cause);
        finish(1);
    }
}

/* ---- the kernel ---------------------------------------------------------------------------------
 */

static void turn_paging_on(void)
{
    CSR_WRITE("satp", (uint64_t)8 << 60 | (uintptr_t)root >> 12);
    asm volatile("sfence.vma");
}

static void first_hart(void)
{
    put("kernel boots\n");
    for (uint64_t i = 0; i < 4; i++) /* 4 GiB, as they are */
        root[i] = i * GIGA / 4096 << 10 | PTE_V | PTE_RWX | PTE_AD;
    turn_paging_on();
    PLIC(4 * UART_IRQ) = PLIC(4 * DISK_IRQ) = 1;
    UART[1] = 1; /* interrupts: a byte received */
    PLIC_ENABLE(0) = 1 << UART_IRQ | 1 << DISK_IRQ;
    PLIC_HART(0, 0) = 0;
    __sync_synchronize();
    started = 1;
    CSR_SET("sstatus", 2);
    while (ticks[0] < 3 || ticks[1] < 3)
        asm volatile("wfi");
    put("both harts tick\n");
    if (!start_disk()) {
        put("no disk\n");
        finish(2);
    }
    read_disk(3);
    put(status ? "the disk fails\n" : (char *)block);
    put("press a key\n");
    while (!key)
        asm volatile("wfi");
    put_hex("key", key);
    finish(0);
}

static void kernel(void)
{
    uint64_t hart;
    asm("mv %0, tp" : "=r"(hart));
    CSR_WRITE("stvec", trap);
    if (hart == 0)
        first_hart();
    while (!started)
        ;
    turn_paging_on();
    CSR_SET("sstatus", 2);
    for (;;)
        asm volatile("wfi");
}

void start(void)
{
    uint64_t hart = CSR_READ("mhartid");
    CSR_CLEAR("mstatus", 3 << 11);
    CSR_SET("mstatus", 1 << 11);
    CSR_WRITE("mepc", kernel);
    CSR_WRITE("satp", 0);
    CSR_WRITE("medeleg", 0xffff);
    CSR_WRITE("mideleg", 0xffff);
    CSR_SET("sie", 1 << SEI | 1 << STI | 1 << SSI);
    CSR_WRITE("pmpaddr0", 0x3fffffffffffff);
    CSR_WRITE("pmpcfg0", 0xf);
    start_timer(hart);
    asm volatile("mret");
}
