/* The world around the hart: what else the guest's kernel finds in place of assembly, firmware,
 * devices and programs. */
#include "world.h"

#include <stdlib.h>
#include <ucontext.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

#include "exec.h"
#include "panic.h"
#include "platform.h"
#include "plic.h"
#include "sbi.h"
#include "uart.h"

struct platform platform;
pte_t kmap_root[PAGE_TABLE_ENTRIES] __attribute__((aligned(PAGE_SIZE)));
const uint8_t archive_start[64]; /* there are no files */

static uint8_t frames[(FRAMES + 2) * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

/* ---- stacks -------------------------------------------------------------------------------- */

enum { STACKS = 200, STACK_BYTES = 256 << 10 };
static struct stack {
    const struct context *context;
    ucontext_t registers;
    /* For the address sanitizer, which follows each change of stacks. */
    const void *bottom;
    size_t size;
    void *kept;
} stacks[STACKS], outside, *before; /* before: whose turn it was */
static unsigned stack_count;

/* From this stack to another, and on that one. */
static void leave(struct stack *from, const struct stack *to)
{
    before = from;
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(&from->kept, to->bottom, to->size);
#else
    (void)to;
#endif
}

static void arrive(void *kept)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(kept, &before->bottom, &before->size);
#else
    (void)kept;
#endif
}

/* Goes on where `to` left off, until somebody goes on here. */
static void change_stacks(struct stack *from, struct stack *to)
{
    volatile bool is_back = false;
    getcontext(&from->registers);
    if (is_back) {
        arrive(from->kept);
        return;
    }
    is_back = true;
    leave(from, to);
    setcontext(&to->registers);
}

static void begin(struct stack *stack, void (*function)(void))
{
    char *bytes = malloc(STACK_BYTES);
    getcontext(&stack->registers);
    stack->bottom = stack->registers.uc_stack.ss_sp = bytes;
    stack->size = stack->registers.uc_stack.ss_size = STACK_BYTES;
    makecontext(&stack->registers, function, 0);
}

static struct stack *stack_of(const struct context *context)
{
    for (unsigned i = stack_count; i-- > 0;)
        if (stacks[i].context == context)
            return &stacks[i];
    holds(stack_count < STACKS, "the test is small", "it is not");
    stacks[stack_count].context = context;
    return &stacks[stack_count++];
}

/* Who begins where. A slot of the kernel's table serves one process after another. */
static struct {
    int pid;
    void (*body)(void);
} bodies[STACKS];
static unsigned body_count;

void trap_entry(void)
{
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

static void begin_process(void)
{
    arrive(NULL);
    trap_first_return();
}

static void begin_scheduler(void)
{
    arrive(NULL);
    sched_run();
}

void context_switch(struct context *from, const struct context *to);
void context_switch(struct context *from, const struct context *to)
{
    struct stack *other = stack_of(to);
    if (to->ra == (uint64_t)trap_first_return) /* it has not run yet */
        begin(other, begin_process);
    from->ra = 0;
    change_stacks(stack_of(from), other);
}

/* ---- the timer, and time ------------------------------------------------------------------- */

static uint64_t deadline = UINT64_MAX;

void sbi_set_timer(uint64_t time)
{
    deadline = time;
}

void wait_for_interrupt(void)
{
    static struct stack forsaken;
    if (deadline == UINT64_MAX)
        change_stacks(&forsaken, &outside); /* nobody can run any more */
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
    static struct stack scheduler;
    begin(&scheduler, begin_scheduler);
    change_stacks(&outside, &scheduler);
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
