/* Processes. A process is a slot in the table below, with a kernel stack of the same number. It
 * is born ready to return from a trap that it never took: its frame says where to. */
#include "proc.h"

#include <stddef.h>

#include "exec.h"
#include "file.h"
#include "page.h"
#include "panic.h"
#include "priv.h"
#include "ramfs.h"
#include "sched.h"
#include "string.h"

static struct proc table[PROCESSES];
static struct proc *init;
static int last_pid;

struct kernel_stack {
    uint64_t guard; /* the last word to be overwritten before the neighbour's */
    uint8_t bytes[KERNEL_STACK_BYTES - sizeof(uint64_t)];
} __attribute__((aligned(16)));

__attribute__((section(".bss.stacks"))) static struct kernel_stack stack[PROCESSES];

#define STACK_GUARD 0x57ac6057ac60UL

static unsigned slot_of(const struct proc *p)
{
    return (unsigned)(p - table);
}

struct trapframe *proc_frame(const struct proc *p)
{
    return (struct trapframe *)(&stack[slot_of(p)] + 1) - 1;
}

static int next_pid(void)
{
    last_pid = last_pid == INT32_MAX ? 2 : last_pid + 1;
    for (int i = 0; i < PROCESSES; i++)
        if (table[i].state != PROCESS_FREE && table[i].pid == last_pid)
            return next_pid();
    return last_pid;
}

/* A new process with an empty space, in no list; NULL and *error if there cannot be one. */
static struct proc *make(int *error)
{
    *error = -EAGAIN;
    for (struct proc *p = table; p < table + PROCESSES; p++) {
        if (p->state != PROCESS_FREE)
            continue;
        *p = (struct proc){.pid = next_pid()};
        *error = -ENOMEM;
        if (!space_make(&p->space, space_asid(slot_of(p))))
            return NULL;
        stack[slot_of(p)].guard = STACK_GUARD;
        p->context.ra = (uint64_t)trap_first_return;
        p->context.sp = (uint64_t)proc_frame(p);
        p->state = PROCESS_BLOCKED;
        return p;
    }
    return NULL;
}

static void unmake(struct proc *p)
{
    space_drop(&p->space);
    p->state = PROCESS_FREE;
}

void proc_start_init(int count, const char *const arguments[])
{
    int error;
    init = make(&error);
    if (!init)
        panic("no memory for the first process");
    init->group = init->pid;
    init->directory = inode_hold(inode_root());
    error = exec_first(init, count, arguments);
    if (error)
        panic("cannot run %s: error %d", arguments[0], -error);
    sched_ready(init);
}

/* The current process goes on twice. Lab 4, exercise 6.
 *
 * The child is a new process (make), which shares the parent's memory (space_share). Its registers
 * are the parent's (proc_frame), but for a0, which is 0: so fork returns there. Its parent is the
 * current process, and it has the same group and name, directory (inode_hold), and at each number
 * the same open file (file_hold), or none. Then it is ready to run (sched_ready), and its pid is
 * the result. Where there can be no process, make's error is the result; where memory runs out
 * while it is shared, -ENOMEM is, and nothing is left of the child (unmake). */
int proc_fork(void)
{
    int error;
    struct proc *child = make(&error);
    if (!child)
        return error;
    if (!space_share(&current->space, &child->space)) {
        unmake(child);
        return -ENOMEM;
    }
    *proc_frame(child) = *proc_frame(current);
    proc_frame(child)->x[REG_A0] = 0;
    child->parent = current;
    child->group = current->group;
    memcpy(child->name, current->name, sizeof child->name);
    child->directory = inode_hold(current->directory);
    for (int fd = 0; fd < FILES_PER_PROCESS; fd++)
        child->file[fd] = current->file[fd] ? file_hold(current->file[fd]) : NULL;
    sched_ready(child);
    return child->pid;
}

static void leave_children(struct proc *parent)
{
    for (struct proc *p = table; p < table + PROCESSES; p++) {
        if (p->state == PROCESS_FREE || p->parent != parent)
            continue;
        p->parent = init;
        if (p->state == PROCESS_ZOMBIE)
            sched_wake(&init->child_ended);
    }
}

_Noreturn void proc_exit(int status)
{
    struct proc *p = current;
    if (p == init)
        panic("init ended with status %d", status);
    if (stack[slot_of(p)].guard != STACK_GUARD)
        panic("kernel stack overflow of pid %d", p->pid);
    for (int fd = 0; fd < FILES_PER_PROCESS; fd++)
        if (p->file[fd])
            file_put(p->file[fd]);
    inode_put(p->directory);
    space_activate(NULL);
    space_drop(&p->space);
    leave_children(p);
    p->status = status;
    sched_wake(&p->parent->child_ended);
    sched_end();
}

/* A child of the current process that is a zombie, or else any child, or else NULL. */
static struct proc *any_child(void)
{
    struct proc *child = NULL;
    for (struct proc *p = table; p < table + PROCESSES; p++) {
        if (p->state == PROCESS_FREE || p->parent != current)
            continue;
        if (p->state == PROCESS_ZOMBIE)
            return p;
        child = p;
    }
    return child;
}

int proc_wait(int *status, bool poll)
{
    for (;;) {
        struct proc *child = any_child();
        if (!child)
            return -ECHILD;
        if (child->state == PROCESS_ZOMBIE) {
            *status = child->status;
            child->state = PROCESS_FREE;
            return child->pid;
        }
        if (poll)
            return 0;
        if (!sched_block(&current->child_ended))
            return -EINTR;
    }
}

int proc_kill(int pid)
{
    int result = -ESRCH;
    for (struct proc *p = table; p < table + PROCESSES; p++) {
        if (p->state == PROCESS_FREE || p->state == PROCESS_ZOMBIE)
            continue;
        if (p->pid != pid && (pid >= 0 || -(int64_t)p->group != pid))
            continue;
        if (p == init) {
            result = -EPERM;
            continue;
        }
        p->killed = true;
        sched_interrupt(p);
        result = 0;
    }
    return result;
}

int proc_set_group(int pid, int group)
{
    if (group < 0)
        return -EINVAL;
    for (struct proc *p = table; p < table + PROCESSES; p++) {
        if (p->state == PROCESS_FREE || p->pid != (pid ? pid : current->pid))
            continue;
        if (p != current && p->parent != current)
            return -EPERM;
        p->group = group ? group : p->pid;
        return 0;
    }
    return -ESRCH;
}

int proc_describe(int slot, struct procinfo *info)
{
    for (; slot >= 0 && slot < PROCESSES; slot++) {
        const struct proc *p = &table[slot];
        if (p->state == PROCESS_FREE)
            continue;
        *info = (struct procinfo){.pid = p->pid,
                                  .parent = p->parent ? p->parent->pid : 0,
                                  .group = p->group,
                                  .state = p->state,
                                  .pages = space_pages(&p->space)};
        memcpy(info->name, p->name, sizeof info->name);
        return slot + 1;
    }
    return 0;
}
