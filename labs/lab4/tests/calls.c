/* Exercises 1 and 2: what a program asks for, and what it says where. */
#include "world.h"

#define READ_CALL "guestos/kernel/syscall.c: syscall; guestos/abi/syscall.def"
#define READ_TRAP "guestos/kernel/trap.c: user_exception; Privileged 3.3.1"
#define READ_RANGE "guestos/kernel/usercopy.c: is_user_range"
#define READ_STRING "guestos/kernel/usercopy.c: string_from_user"

static struct proc *process;

/* ---- exercise 1 ---------------------------------------------------------------------------- */

static void asks_for_its_pid(void)
{
    same_u64((uint64_t)current->pid, (uint64_t)call(CALL_getpid, 0, 0, 0), "what getpid gives");
    note('+');
}

CLAIM(1, NOTHING, "a call's result is in a0", READ_CALL)
{
    world_boot();
    world_process(asks_for_its_pid);
    world_process(asks_for_its_pid);
    world_run();
    same_text("++", notes(), "a letter for each process that came back from its call");
}

static void moves_its_heap(void)
{
    uint64_t old = current->space.brk;
    same_u64(old, (uint64_t)call(CALL_sbrk, (uint64_t)-100, 0, 0), "what sbrk(-100) gives");
    same_u64(old - 100, current->space.brk, "the end of the heap after sbrk(-100)");
    same_u64(0, (uint64_t)call(CALL_setgroup, 0, 77, 0), "what setgroup(0, 77) gives");
    same_u64(77, (uint64_t)current->group, "the group after setgroup(0, 77)");
}

CLAIM(1, NOTHING, "the arguments are a0 and those behind it", READ_CALL)
{
    world_boot();
    world_process(moves_its_heap);
    world_run();
}

static void asks_for_what_there_is_not(void)
{
    static const uint64_t numbers[] = {0,
                                       31,
                                       32,
                                       256 + CALL_getpid,
                                       UINT32_MAX,
                                       ((uint64_t)1 << 32) + CALL_getpid,
                                       (uint64_t)1 << 63,
                                       UINT64_MAX};
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        same_u64((uint64_t)-ENOSYS, (uint64_t)call(numbers[i], 1, 2, 3), "what call %lu gives",
                 numbers[i]);
}

CLAIM(1, NOTHING, "a call that there is not is -ENOSYS", READ_CALL)
{
    world_boot();
    world_process(asks_for_what_there_is_not);
    world_run();
}

static void fails(void)
{
    same_u64((uint64_t)-ESRCH, (uint64_t)call(CALL_kill, 9999, 0, 0), "what kill(9999) gives");
}

CLAIM(1, NOTHING, "an error is a negative number in a0", READ_CALL)
{
    world_boot();
    world_process(fails);
    world_run();
}

static void compares_its_registers(void)
{
    struct trapframe *frame = proc_frame(current), before;
    for (unsigned i = 1; i < 32; i++)
        frame->x[i] = 0x1000 + i;
    before = *frame;
    call(CALL_getpid, 0x1000 + REG_A0, 0x1000 + REG_A1, 0x1000 + REG_A1 + 1);
    for (unsigned i = 1; i < 32; i++)
        if (i != REG_A0 && i != REG_A7)
            same_u64(before.x[i], frame->x[i], "x%u after a call", i);
}

CLAIM(1, NOTHING, "a call changes no register but a0", READ_CALL)
{
    world_boot();
    world_process(compares_its_registers);
    world_run();
}

static void goes_on(void)
{
    proc_frame(current)->sepc = TEXT + 0x40;
    call(CALL_getpid, 0, 0, 0);
    same_u64(TEXT + 0x44, proc_frame(current)->sepc, "sepc after an ecall at %#x", TEXT + 0x40);
    call(12345, 0, 0, 0);
    same_u64(TEXT + 0x48, proc_frame(current)->sepc, "sepc after another that there is not");
}

CLAIM(1, NOTHING, "a program goes on behind its ecall", READ_TRAP)
{
    world_boot();
    world_process(goes_on);
    world_run();
}

static void begins_anew(void)
{
    store(HEAP, 'x');
    proc_frame(current)->sepc = TEXT + 0x40;
    call(CALL_exec, HEAP, 0, 0);
    same_u64(TEXT + 0x100, proc_frame(current)->sepc,
             "sepc after exec, whose program begins there");
}

CLAIM(1, NEEDS(2, 5), "exec chooses where the program goes on", READ_TRAP)
{
    world_boot();
    world_process(begins_anew);
    world_run();
}

static void returns_from_fork(void)
{
    same_u64(TEXT + 0x44, proc_frame(current)->sepc, "sepc of the child after a fork at %#x",
             TEXT + 0x40);
    note('c');
}

static void forks(void)
{
    proc_frame(current)->sepc = TEXT + 0x40;
    call_fork(returns_from_fork);
}

CLAIM(1, NEEDS(3, 4, 6), "a child does not fork again", READ_TRAP)
{
    world_boot();
    world_process(forks);
    world_run();
    same_text("c", notes(), "a letter for each child");
}

static void touches_its_heap(void)
{
    proc_frame(current)->sepc = TEXT + 0x40;
    store(HEAP + 5, 'x');
    same_u64(TEXT + 0x40, proc_frame(current)->sepc, "sepc after a page fault that was cured");
    same_u64('x', load(HEAP + 5), "the byte that was stored");
}

CLAIM(1, NEEDS(5), "after a page fault the program does the same instruction again", READ_TRAP)
{
    world_boot();
    world_process(touches_its_heap);
    world_run();
}

static void stores_to_its_text(void)
{
    store(TEXT, 'x');
    note('!'); /* it did not end */
}

static void ends_with(void (*body)(void), int status, const char *what)
{
    world_boot();
    process = world_process(body);
    world_parent(&process, 1);
    world_run();
    same_text("", notes(), "what the program did after that");
    same_u64(PROCESS_ZOMBIE, process->state, "the state of the process");
    same_u64((uint64_t)status, (uint64_t)process->status, "the status of a process that %s", what);
}

CLAIM(1, NEEDS(3, 5, 7), "a page fault that cannot be cured is the end of the process", READ_TRAP)
{
    ends_with(stores_to_its_text, STATUS_TRAP + CAUSE_STORE_PAGE_FAULT, "stored to its text");
}

static void executes_nonsense(void)
{
    struct trapframe *frame = proc_frame(current);
    frame->scause = CAUSE_ILLEGAL_INSTRUCTION;
    frame->sstatus = 0;
    trap_handle(frame);
    note('!');
}

CLAIM(1, NEEDS(3, 7), "any other exception is the end of the process", READ_TRAP)
{
    ends_with(executes_nonsense, STATUS_TRAP + CAUSE_ILLEGAL_INSTRUCTION, "executed nonsense");
}

/* ---- exercise 2 ---------------------------------------------------------------------------- */

static void is_range(bool claimed, uint64_t address, uint64_t n)
{
    holds(is_user_range(address, n) == claimed,
          claimed ? "the bytes are the program's" : "the bytes are not all the program's",
          "%#lx bytes from %#lx on %s", n, address, claimed ? "are refused" : "are allowed");
}

CLAIM(2, NOTHING, "a range ends below the end of the user half", READ_RANGE)
{
    is_range(true, TEXT, 1);
    is_range(true, 0, USER_END);
    is_range(true, USER_END - 8, 8);
    is_range(false, USER_END - 8, 9);
    is_range(false, 0, USER_END + 1);
    is_range(false, USER_END, 1);
    is_range(false, USER_END - PAGE_SIZE, 2 * PAGE_SIZE);
}

CLAIM(2, NOTHING, "the kernel's half is not the program's", READ_RANGE)
{
    is_range(false, 0x80200000, 8);
    is_range(false, 0x80200000, 0);
    is_range(false, DEVICE_BASE + 0x10000000, 1);
    is_range(false, UINT64_MAX, 1);
}

CLAIM(2, NOTHING, "a length may not wrap around", READ_RANGE)
{
    is_range(false, TEXT, UINT64_MAX);
    is_range(false, TEXT, UINT64_MAX - TEXT + 1);
    is_range(false, USER_END - 8, UINT64_MAX - USER_END + 9);
    is_range(false, USER_END - 8, UINT64_MAX - USER_END + 17);
    is_range(false, UINT64_MAX - 7, 16);
}

CLAIM(2, NOTHING, "no bytes lie anywhere up to the end", READ_RANGE)
{
    is_range(true, 0, 0);
    is_range(true, TEXT, 0);
    is_range(true, USER_END, 0);
}

/* A string in the program's last page, which is there, or anywhere else; for use by the current
 * process. */
static const char *wanted;
static uint64_t place;
static size_t size;
static int64_t result;
static char room[64];

static void gives_a_string(void)
{
    void *page = page_take_zeroed();
    memset(page, 'z', PAGE_SIZE);
    space_map(&current->space, STACK, page, PTE_R | PTE_W);
    if (wanted)
        memcpy(frame_of(&current->space, place) + place % PAGE_SIZE, wanted, strlen(wanted) + 1);
    memset(room, '-', sizeof room);
    result = string_from_user(room, place, size);
}

/* What string_from_user gives for this string at this place. NULL: the program put none there. */
static int64_t string_at(const char *text, uint64_t at, size_t bytes)
{
    wanted = text;
    place = at;
    size = bytes;
    world_process(gives_a_string);
    world_run();
    return result;
}

CLAIM(2, NOTHING, "a string comes with its zero", READ_STRING)
{
    world_boot();
    same_u64(7, (uint64_t)string_at("/bin/sh", STACK + 100, 32), "the length of /bin/sh");
    same_text("/bin/sh", room, "what was copied");
    same_u64('-', (uint64_t)room[8], "the byte behind its zero");
}

CLAIM(2, NOTHING, "a string and its zero must fit", READ_STRING)
{
    world_boot();
    same_u64((uint64_t)-ENAMETOOLONG, (uint64_t)string_at("/bin/sh", STACK + 100, 7),
             "the result for /bin/sh and seven bytes");
    same_u64('-', (uint64_t)room[7], "the byte behind the room that there was");
}

CLAIM(2, NOTHING, "a string that just fits is a string", READ_STRING)
{
    world_boot();
    same_u64(7, (uint64_t)string_at("/bin/sh", STACK + 100, 8),
             "the result for /bin/sh and eight bytes");
}

CLAIM(2, NOTHING, "a string may end with the user half", READ_STRING)
{
    world_boot();
    same_u64(7, (uint64_t)string_at("/bin/sh", USER_END - 8, 32),
             "the result for /bin/sh in the last eight bytes");
}

CLAIM(2, NOTHING, "a string that runs into the kernel's half is -EFAULT", READ_STRING)
{
    world_boot();
    same_u64((uint64_t)-EFAULT, (uint64_t)string_at(NULL, USER_END - 8, 32),
             "the result for eight bytes without a zero, up to the end");
    for (size_t i = 8; i < 32; i++)
        same_u64('-', (uint64_t)room[i], "byte %zu of the room, to which nothing was copied", i);
}

static char secret[] = "the kernel's secret";

CLAIM(2, NOTHING, "a string of the kernel is not the program's to name", READ_STRING)
{
    world_boot();
    same_u64((uint64_t)-EFAULT, (uint64_t)string_at(NULL, (uint64_t)secret, 32),
             "the result for an address of the kernel");
    same_u64('-', (uint64_t)room[0], "the first byte of the room, to which nothing was copied");
    same_u64((uint64_t)-EFAULT, (uint64_t)string_at(NULL, USER_END, 32),
             "the result for the first address that is not the program's");
}

CLAIM(2, NEEDS(5), "a string where nothing is mapped is -EFAULT", READ_STRING)
{
    world_boot();
    same_u64((uint64_t)-EFAULT, (uint64_t)string_at(NULL, 0x1000, 32),
             "the result for an address that no region has");
}
