/* Exercises 6 and 7: processes, and who runs. */
#include "world.h"

#define READ_FORK "guestos/kernel/proc.c: proc_fork; proc.h"
#define READ_SCHED "guestos/kernel/sched.c: sched_yield, sched_block, sched_wake, sched_interrupt"

/* ---- exercise 6 ---------------------------------------------------------------------------- */

static struct proc *born; /* the child, as the table has it */
static struct trapframe of_parent, of_child;
static int got;

static void is_born(void)
{
    born = current;
    of_child = *proc_frame(current);
    note('c');
}

static void forks(void)
{
    struct trapframe *frame = proc_frame(current);
    for (unsigned i = 1; i < 32; i++)
        frame->x[i] = 0x7700 + i;
    frame->sepc = TEXT + 0x123c;
    frame->sstatus = MSTATUS_SPIE;
    of_parent = *frame;
    note('p');
    got = world_fork(is_born);
}

static struct proc *parent;

static void given_a_fork(void (*body)(void))
{
    world_boot();
    parent = world_process(body);
    parent->group = 31;
    memcpy(parent->name, "mother", 7);
    world_run();
}

CLAIM(6, NEEDS(3, 4), "a child runs, after its parent has gone on", READ_FORK)
{
    given_a_fork(forks);
    same_text("pc", notes(), "who ran: the parent, then the child");
}

CLAIM(6, NEEDS(3, 4), "fork gives the parent the child's pid", READ_FORK)
{
    given_a_fork(forks);
    holds(got > 0 && got != parent->pid, "fork gives a pid of its own", "it gives %d", got);
    holds(born, "the child runs", "it does not");
    same_u64((uint64_t)born->pid, (uint64_t)got, "what fork gives the parent");
}

CLAIM(6, NEEDS(3, 4), "fork gives the child 0", READ_FORK)
{
    given_a_fork(forks);
    holds(born, "the child runs", "it does not");
    same_u64(0, of_child.x[REG_A0], "a0 of the child");
}

CLAIM(6, NEEDS(3, 4), "a child has its parent's registers", READ_FORK)
{
    given_a_fork(forks);
    for (unsigned i = 1; i < 32; i++)
        if (i != REG_A0)
            same_u64(of_parent.x[i], of_child.x[i], "x%u of the child", i);
    same_u64(of_parent.sepc, of_child.sepc, "sepc of the child");
    same_u64(of_parent.sstatus, of_child.sstatus, "sstatus of the child");
}

CLAIM(6, NEEDS(3, 4), "the parent's registers stay as they are", READ_FORK)
{
    given_a_fork(forks);
    holds(memcmp(&of_parent, proc_frame(parent), sizeof of_parent) == 0, "its frame is the same",
          "a0 is %#lx, sepc %#lx", proc_frame(parent)->x[REG_A0], proc_frame(parent)->sepc);
}

CLAIM(6, NEEDS(3, 4), "a child knows its parent, and has its group and name", READ_FORK)
{
    given_a_fork(forks);
    holds(born, "the child runs", "it does not");
    holds(born->parent == parent, "the child's parent is who forked", "it is another: %p",
          (void *)born->parent);
    same_u64(31, (uint64_t)born->group, "the child's group");
    same_text("mother", born->name, "the child's name");
}

static uint8_t seen_by_child;

static void changes_a_byte(void)
{
    seen_by_child = load(HEAP);
    store(HEAP, 'c');
}

static void forks_and_changes(void)
{
    store(HEAP, 'p');
    world_fork(changes_a_byte);
    store(HEAP, 'q');
    sched_end();
}

CLAIM(6, NEEDS(1, 3, 4, 5), "each has the memory as it was, and changes only its own", READ_FORK)
{
    given_a_fork(forks_and_changes);
    same_u64('p', seen_by_child, "the byte that the child finds");
    same_u64('q', *frame_of(&parent->space, HEAP), "the parent's byte in the end");
}

static struct file *reading, *writing, *third;

static void closes_its_files(void)
{
    holds(current->file[5] == reading && current->file[7] == writing,
          "the child has its parent's open files at 5 and 7", "it has others");
    for (unsigned fd = 0; fd < FILES_PER_PROCESS; fd++)
        holds(fd == 5 || fd == 7 || !current->file[fd], "the child has no other open file",
              "it has one at %u", fd);
    file_put(current->file[5]);
    file_put(current->file[7]);
}

static void forks_with_a_pipe(void)
{
    struct pipe *pipe = pipe_make();
    reading = current->file[5] = file_open_pipe(pipe, O_READ);
    writing = current->file[7] = file_open_pipe(pipe, O_WRITE);
    world_fork(closes_its_files);
}

CLAIM(6, NEEDS(3, 4), "open files are held once more: what the child closes stays open", READ_FORK)
{
    given_a_fork(forks_with_a_pipe);
    third = file_open_pipe(pipe_make(), O_READ);
    holds(third != reading && third != writing, "the parent's files are in use",
          "the next file that is opened takes the place of one of them");
}

static struct inode *directory;

static void leaves_its_directory(void)
{
    holds(current->directory == directory, "the child is in its parent's directory",
          "it is in another");
    inode_put(current->directory);
}

static void forks_in_a_directory(void)
{
    inode_create(inode_root(), "d", TYPE_DIRECTORY, &directory);
    inode_unlink(inode_root(), "d"); /* now it is there for whoever holds it */
    current->directory = directory;
    world_fork(leaves_its_directory);
}

CLAIM(6, NEEDS(3, 4), "the directory is held once more: the child may leave it", READ_FORK)
{
    struct inode *next;
    given_a_fork(forks_in_a_directory);
    inode_create(inode_root(), "e", TYPE_DIRECTORY, &next);
    holds(next != directory, "the parent's directory is in use",
          "the next directory that is made takes its place");
}

static void forks_until_it_cannot(void)
{
    for (got = 1; got > 0;)
        got = world_fork(is_born);
}

CLAIM(6, NEEDS(3, 4), "with no process left, fork is -EAGAIN", READ_FORK)
{
    given_a_fork(forks_until_it_cannot);
    same_u64((uint64_t)-EAGAIN, (uint64_t)(int64_t)got, "what the last fork gives");
    same_u64(PROCESSES - 1, strlen(notes()), "the number of children that ran");
}

static uint64_t free_before, free_after;

static void forks_without_memory(void)
{
    exhaust(2); /* a child takes three for its tables alone */
    free_before = page_free();
    got = world_fork(is_born);
    free_after = page_free();
}

CLAIM(6, NEEDS(3, 4), "with too little memory, fork is -ENOMEM and leaves nothing behind",
      READ_FORK)
{
    struct procinfo info;
    given_a_fork(forks_without_memory);
    same_u64((uint64_t)-ENOMEM, (uint64_t)(int64_t)got, "what fork gives");
    same_u64(free_before, free_after, "free frames after that");
    same_u64(1, (uint64_t)proc_describe(0, &info), "the slot behind the only process");
    same_u64(0, (uint64_t)proc_describe(1, &info), "the slot behind another");
    same_text("", notes(), "what the child did");
}

/* ---- exercise 7 ---------------------------------------------------------------------------- */

static struct proc *a, *b, *c;
static struct proc_list waiting;

static void given_three(void (*first)(void), void (*second)(void), void (*third_body)(void))
{
    world_boot();
    a = world_process(first);
    b = world_process(second);
    c = world_process(third_body);
    world_run();
}

/* Notes its letter three times, and lets the others run in between. */
static void takes_turns(void)
{
    for (int i = 0; i < 3; i++) {
        note(current == a ? 'a' : current == b ? 'b' : 'c');
        sched_yield();
    }
}

CLAIM(7, NOTHING, "who yields runs again after all others", READ_SCHED)
{
    given_three(takes_turns, takes_turns, takes_turns);
    same_text("abcabcabc", notes(), "who ran, in order");
}

static void runs_three_quanta(void)
{
    for (int i = 0; i < 3; i++) {
        note(current == a ? 'a' : current == b ? 'b' : 'c');
        tick();
    }
}

CLAIM(7, NOTHING, "the timer's interrupt ends a turn", READ_SCHED)
{
    given_three(runs_three_quanta, runs_three_quanta, runs_three_quanta);
    same_text("abcabcabc", notes(), "who ran, in order");
}

static void yields_once(void)
{
    sched_yield();
    same_u64(PROCESS_RUNNING, current->state, "the state of the process that runs");
    holds(!current->list, "a process that runs is on no list", "it is on one");
    note('+');
}

CLAIM(7, NOTHING, "who yields is ready, and then runs", READ_SCHED)
{
    given_three(yields_once, yields_once, yields_once);
    same_text("+++", notes(), "a letter for each that came back");
}

/* a and b wait, c wakes them. */
static void waits(void)
{
    bool was_woken = sched_block(&waiting);
    holds(was_woken, "sched_block gives true to who was woken", "it gives false");
    note(current == a ? 'a' : 'b');
}

static void looks_on(void)
{
    same_u64(PROCESS_BLOCKED, a->state, "the state of who waits");
    holds(a->list == &waiting && b->list == &waiting, "who waits is on the list", "it is not");
    note('c');
}

CLAIM(7, NOTHING, "who waits does not run", READ_SCHED)
{
    given_three(waits, waits, looks_on);
    same_text("c", notes(), "who ran, in order");
}

static void wakes(void)
{
    note('c');
    sched_wake(&waiting);
    same_u64(PROCESS_READY, a->state, "the state of who was woken");
    holds(!waiting.first && !waiting.last, "the list is empty", "somebody is still on it");
    note('w');
}

CLAIM(7, NOTHING, "all who wait are woken, the first of them first", READ_SCHED)
{
    given_three(waits, waits, wakes);
    same_text("cwab", notes(), "who ran, in order");
}

static void wakes_nobody(void)
{
    sched_wake(&waiting);
    note('+');
}

CLAIM(7, NOTHING, "an empty list has nobody to wake", READ_SCHED)
{
    given_three(wakes_nobody, wakes_nobody, wakes_nobody);
    same_text("+++", notes(), "a letter for each that woke nobody");
}

/* As after kill: it ends as soon as it would return to its program. */
static void waits_though_killed(void)
{
    current->killed = true;
    holds(!sched_block(&waiting), "sched_block gives false to who was killed", "it gives true");
    note('k');
}

CLAIM(7, NOTHING, "who was killed does not begin to wait", READ_SCHED)
{
    given_three(waits_though_killed, sched_end, sched_end);
    same_text("k", notes(), "what the process did");
    holds(!waiting.first, "nobody is on the list", "somebody is");
}

static void is_killed_waiting(void)
{
    holds(!sched_block(&waiting), "sched_block gives false to who was killed", "it gives true");
    note('k');
}

static void kills_a(void)
{
    proc_kill(a->pid);
}

CLAIM(7, NOTHING, "who is killed waits no longer", READ_SCHED)
{
    given_three(is_killed_waiting, waits, kills_a);
    same_text("k", notes(), "who ran: a, which was killed, and not b");
    holds(waiting.first == b && waiting.last == b, "b is alone on the list", "it is not");
}

static void interrupts_who_does_not_wait(void)
{
    sched_interrupt(b); /* it is ready, */
    sched_interrupt(current);
    same_u64(PROCESS_READY, b->state, "the state of who was ready");
    same_u64(PROCESS_RUNNING, current->state, "the state of who runs");
    note('a');
}

static void notes_b(void)
{
    note('b');
}

static void interrupts_a_zombie(void)
{
    sched_interrupt(a);
    same_u64(PROCESS_ZOMBIE, a->state, "the state of a zombie");
    note('c');
}

CLAIM(7, NOTHING, "who does not wait is not interrupted", READ_SCHED)
{
    given_three(interrupts_who_does_not_wait, notes_b, interrupts_a_zombie);
    same_text("abc", notes(), "who ran, in order, and once each");
}
