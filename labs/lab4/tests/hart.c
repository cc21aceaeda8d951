/* A hart made of C, and what else the guest's kernel finds in place of assembly and devices. */
#include "world.h"

#include <stdlib.h>
#include <ucontext.h>

#include "exec.h"
#include "panic.h"
#include "platform.h"
#include "plic.h"
#include "sbi.h"
#include "uart.h"

struct native_csrs native_csrs;
struct platform platform;
pte_t kmap_root[PAGE_TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));

/* The archive of files is empty. */
const uint8_t archive_start[64];

/* The loops that touch user memory have an address each, as a fault in them must be told apart. */
char user_access_start[16] __attribute__((aligned(64)));
char user_fault[16];
__asm__(".globl user_access_end\n.set user_access_end, user_access_start + 16");

static uint8_t frames[(FRAMES + 2) * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

/* ---- the TLB ------------------------------------------------------------------------------- */

/* Each translation that the hart ever made and no fence has named. */
static struct translation {
    uint64_t page, asid;
    pte_t pte;
} tlb[1024];
static unsigned translations;

static void forget(bool all_pages, uint64_t va, bool all_asids, uint64_t asid)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < translations; i++) {
        bool is_meant =
            (all_pages || tlb[i].page == va >> PAGE_SHIFT) && (all_asids || tlb[i].asid == asid);
        if (!is_meant)
            tlb[kept++] = tlb[i];
    }
    translations = kept;
}

void fence_all(void)
{
    forget(true, 0, true, 0);
}

void fence_asid(uint64_t asid)
{
    forget(true, 0, false, asid);
}

void fence_page(uint64_t va, uint64_t asid)
{
    forget(false, va, false, asid);
}

static struct translation *remembered(uint64_t va, uint64_t asid)
{
    for (unsigned i = 0; i < translations; i++)
        if (tlb[i].page == va >> PAGE_SHIFT && tlb[i].asid == asid)
            return &tlb[i];
    return NULL;
}

static pte_t *walk(pte_t *table, uint64_t va)
{
    for (int level = SV39_LEVELS - 1; level > 0; level--) {
        pte_t pte = table[va >> (PAGE_SHIFT + SV39_VPN_BITS * level) & 0x1ff];
        if (!(pte & PTE_V))
            return NULL;
        table = pte_page(pte);
    }
    return &table[va >> PAGE_SHIFT & 0x1ff];
}

pte_t *leaf_of(const struct space *space, uint64_t va)
{
    return walk(space->root, va);
}

uint8_t *frame_of(const struct space *space, uint64_t va)
{
    pte_t *pte = leaf_of(space, va);
    return pte && *pte & PTE_V ? pte_page(*pte) : NULL;
}

bool remembers_write(const struct space *space, uint64_t va)
{
    const struct translation *found = remembered(va, space->asid);
    return found && found->pte & PTE_W;
}

bool remembers_nothing(const struct space *space, uint64_t va)
{
    return !remembered(va, space->asid);
}

/* The byte at `va` in the space that satp names, for an access that needs these permissions; NULL:
 * a page fault. A hart may remember that an entry was not valid, too, until a fence. */
static uint8_t *reach(uint64_t va, pte_t needed)
{
    uint64_t asid = (native_csrs.satp & SATP_ASID) >> SATP_ASID_SHIFT;
    pte_t *root = pte_page((native_csrs.satp & SATP_PPN) << 10);
    struct translation *found = remembered(va, asid);
    if (!found) {
        const pte_t *pte = va < USER_END ? walk(root, va) : NULL;
        holds(translations < sizeof tlb / sizeof *tlb, "the test is small", "it is not");
        found = &tlb[translations++];
        *found = (struct translation){va >> PAGE_SHIFT, asid, pte ? *pte : 0};
    }
    needed |= PTE_V | PTE_U;
    if ((found->pte & needed) != needed)
        return NULL;
    return (uint8_t *)pte_page(found->pte) + va % PAGE_SIZE;
}

/* ---- traps --------------------------------------------------------------------------------- */

/* A trap of the program: its frame is at the top of the kernel's stack, as entry.S saves it. */
static struct trapframe *trap(uint64_t cause, uint64_t value)
{
    struct trapframe *frame = proc_frame(current);
    frame->sstatus &= ~(uint64_t)MSTATUS_SPP;
    frame->scause = cause;
    frame->stval = value;
    trap_handle(frame);
    return frame;
}

/* Not cured after so many faults, it never is. */
enum { PATIENCE = 4 };

static uint8_t *reach_trapping(uint64_t va, bool is_store)
{
    for (int i = 0; i < PATIENCE; i++) {
        uint8_t *byte = reach(va, is_store ? PTE_W : PTE_R);
        if (byte)
            return byte;
        trap(is_store ? CAUSE_STORE_PAGE_FAULT : CAUSE_LOAD_PAGE_FAULT, va);
    }
    holds(false, "after the kernel answered a page fault, the access is done",
          "the program faults again and again at %#lx", va);
    return NULL;
}

uint8_t load(uint64_t va)
{
    return *reach_trapping(va, false);
}

void store(uint64_t va, uint8_t byte)
{
    *reach_trapping(va, true) = byte;
}

int64_t call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2)
{
    struct trapframe *frame = proc_frame(current);
    frame->x[REG_A7] = number;
    frame->x[REG_A0] = a0;
    frame->x[REG_A0 + 1] = a1;
    frame->x[REG_A0 + 2] = a2;
    return (int64_t)trap(CAUSE_ECALL_U, 0)->x[REG_A0];
}

void tick(void)
{
    trap(CAUSE_INTERRUPT | CAUSE_SUPERVISOR_TIMER, 0);
}

/* The kernel touches user memory. A fault there is a trap from the kernel. */
static uint8_t *reach_copying(uint64_t va, bool is_store)
{
    for (int i = 0; i < PATIENCE; i++) {
        uint8_t *byte = reach(va, is_store ? PTE_W : PTE_R);
        if (byte)
            return byte;
        struct trapframe frame = {.sepc = (uint64_t)user_access_start + 4,
                                  .sstatus = MSTATUS_SPP,
                                  .scause =
                                      is_store ? CAUSE_STORE_PAGE_FAULT : CAUSE_LOAD_PAGE_FAULT,
                                  .stval = va};
        trap_handle(&frame);
        if (frame.sepc == (uint64_t)user_fault)
            return NULL;
    }
    return NULL;
}

/* Addresses from USER_END on are the kernel's own, which it may touch: this host's. */
static uint8_t *touch(const void *address, bool is_store)
{
    uint64_t va = (uint64_t)address;
    return va < USER_END ? reach_copying(va, is_store) : (uint8_t *)va;
}

long user_copy(void *to, const void *from, size_t n);
long user_copy(void *to, const void *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *source = touch((const char *)from + i, false);
        uint8_t *target = source ? touch((char *)to + i, true) : NULL;
        if (!target)
            return -1;
        *target = *source;
    }
    return 0;
}

long user_string(char *to, const char *from, size_t n);
long user_string(char *to, const char *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t *source = touch(from + i, false);
        if (!source)
            return -1;
        to[i] = (char)*source;
        if (!to[i])
            return (long)i;
    }
    return (long)n;
}

void trap_entry(void)
{
}

/* ---- stacks -------------------------------------------------------------------------------- */

enum { STACKS = 200, STACK_BYTES = 256 << 10 };
static struct stack {
    const struct context *context;
    ucontext_t registers;
} stacks[STACKS];
static unsigned stack_count;
static ucontext_t outside;

/* Who begins where. A slot of the table serves one process after another. */
static struct {
    int pid;
    void (*body)(void);
} bodies[STACKS];
static unsigned body_count;

static struct stack *stack_of(const struct context *context)
{
    for (unsigned i = stack_count; i-- > 0;)
        if (stacks[i].context == context)
            return &stacks[i];
    holds(stack_count < STACKS, "the test is small", "it is not");
    stacks[stack_count].context = context;
    return &stacks[stack_count++];
}

void trap_first_return(void)
{
    trap_leave();
    for (unsigned i = body_count; i-- > 0;)
        if (bodies[i].pid == current->pid) {
            bodies[i].body();
            sched_end();
        }
    holds(false, "who is made by the test runs", "a process runs that has no program");
}

static void begin(ucontext_t *registers, void (*function)(void))
{
    getcontext(registers);
    registers->uc_stack.ss_sp = malloc(STACK_BYTES);
    registers->uc_stack.ss_size = STACK_BYTES;
    registers->uc_link = &outside;
    makecontext(registers, function, 0);
}

void context_switch(struct context *from, const struct context *to);
void context_switch(struct context *from, const struct context *to)
{
    struct stack *mine = stack_of(from), *other = stack_of(to);
    if (to->ra == (uint64_t)trap_first_return) /* it has not run yet */
        begin(&other->registers, trap_first_return);
    from->ra = 0;
    swapcontext(&mine->registers, &other->registers);
}

/* ---- the timer, and time ------------------------------------------------------------------- */

static uint64_t deadline = UINT64_MAX;

void sbi_set_timer(uint64_t time)
{
    deadline = time;
}

void wait_for_interrupt(void)
{
    if (deadline == UINT64_MAX)
        setcontext(&outside); /* nobody can run any more */
    native_csrs.time = deadline > native_csrs.time ? deadline : native_csrs.time;
}

void trap_window(void)
{
    struct trapframe frame = {.sstatus = MSTATUS_SPP,
                              .scause = CAUSE_INTERRUPT | CAUSE_SUPERVISOR_TIMER};
    if (native_csrs.time >= deadline)
        trap_handle(&frame);
}

/* ---- devices, firmware, and programs ------------------------------------------------------- */

static char said[1024];
static size_t said_count;

void uart_init(uint64_t base)
{
    (void)base;
}

void uart_put(char c)
{
    if (said_count + 1 < sizeof said)
        said[said_count++] = c == '\r' || c == '\n' ? ' ' : c;
}

int uart_get(void)
{
    return -1;
}

void plic_init(uint64_t physical, uint32_t context, uint32_t source)
{
    (void)physical, (void)context, (void)source;
}

void plic_interrupt(void)
{
}

uint64_t kmap_device(uint64_t physical)
{
    return physical;
}

void sbi_put(char c)
{
    uart_put(c);
}

int sbi_get(void)
{
    return -1;
}

bool sbi_exit_count(uint64_t number, uint64_t *count)
{
    (void)number, (void)count;
    return false;
}

bool sbi_exit_name(uint64_t number, char *text, uint64_t size)
{
    (void)number, (void)text, (void)size;
    return false;
}

_Noreturn void sbi_shutdown(bool reboot, bool failure)
{
    (void)reboot, (void)failure;
    holds(false, "the kernel goes on", "it turned the machine off, and said: %s", said);
    abort();
}

static struct proc *made; /* the newest process */

/* A program comes with two pages of text that say where they are. */
int exec_first(struct proc *p, int count, const char *const arguments[])
{
    (void)count, (void)arguments;
    made = p;
    struct space *space = &p->space;
    space->region[REGION_SEGMENT] =
        (struct region){TEXT, TEXT + TEXT_PAGES * PAGE_SIZE, PTE_R | PTE_X};
    space->region[REGION_HEAP] =
        (struct region){HEAP, HEAP + HEAP_PAGES * PAGE_SIZE, PTE_R | PTE_W};
    space->region[REGION_STACK] =
        (struct region){USER_END - USER_STACK_BYTES, USER_END, PTE_R | PTE_W};
    space->brk = HEAP + HEAP_PAGES * PAGE_SIZE;
    for (uint64_t i = 0; i < TEXT_PAGES; i++) {
        void *page = page_take_zeroed();
        memset(page, 't', PAGE_SIZE);
        space_map(space, TEXT + i * PAGE_SIZE, page, PTE_R | PTE_X);
    }
    *proc_frame(p) = (struct trapframe){.sepc = TEXT};
    return 0;
}

/* exec as far as a trap can see it: the program begins anew, at another address. */
int64_t exec_current(const char *path, uint64_t user_arguments)
{
    (void)path, (void)user_arguments;
    *proc_frame(current) = (struct trapframe){.sepc = TEXT + 0x100};
    return 7;
}

/* ---- the world ----------------------------------------------------------------------------- */

void console_init(void);

void world_boot(void)
{
    holds((uint64_t)frames >= USER_END, "this host has its memory above the guest's user half",
          "it is at %p", (void *)frames);
    platform = (struct platform){
        .ticks_per_second = 10000000, .uart = 0x10000000, .plic = 0xc000000, .uart_irq = 10};
    memset(frames, 0x5a, sizeof frames); /* memory at power-on is anything */
    page_init((uint64_t)frames, (uint64_t)frames + sizeof frames);
    trap_init();
    space_init();
    console_init();
    ramfs_init();
}

static void bring_up(int pid, void (*body)(void))
{
    holds(body_count < STACKS, "the test is small", "it is not");
    bodies[body_count].pid = pid;
    bodies[body_count++].body = body;
}

struct proc *world_process(void (*body)(void))
{
    static const char *const arguments[] = {"/bin/init"};
    proc_start_init(1, arguments);
    bring_up(made->pid, body);
    return made;
}

/* The kernel takes for init whoever was started last. */
struct proc *world_parent(struct proc *const children[], unsigned count)
{
    struct proc *parent = world_process(sched_end);
    for (unsigned i = 0; i < count; i++)
        children[i]->parent = parent;
    return parent;
}

void world_run(void)
{
    static ucontext_t scheduler;
    begin(&scheduler, sched_run);
    swapcontext(&outside, &scheduler);
    current = NULL;
}

int world_fork(void (*child)(void))
{
    int pid = proc_fork();
    if (pid > 0)
        bring_up(pid, child);
    return pid;
}

int64_t call_fork(void (*child)(void))
{
    int64_t pid = call(CALL_fork, 0, 0, 0);
    if (pid > 0)
        bring_up((int)pid, child);
    return pid;
}

void exhaust(unsigned left)
{
    while (page_free() > left)
        page_take();
}

static char noted[256];
static size_t note_count;

void note(char letter)
{
    if (note_count + 1 < sizeof noted)
        noted[note_count++] = letter;
}

const char *notes(void)
{
    return noted;
}
