/* Processes: what one is, and how it is born, dies and is mourned. */
#ifndef PROC_H
#define PROC_H

#include <stdbool.h>
#include <stdint.h>

#include "abi.h"
#include "space.h"
#include "trap.h"

struct file;
struct inode;

enum { PROCESSES = 64, KERNEL_STACK_BYTES = 8192 };

/* Processes that wait for the same thing, first come first. */
struct proc_list {
    struct proc *first, *last;
};

/* The registers that a call preserves: all that context_switch must keep. */
struct context {
    uint64_t ra, sp, s[12];
};

struct proc {
    /* Who it is */
    int pid, group;
    struct proc *parent;
    char name[16];

    /* Of the scheduler, in sched.c */
    enum process_state state;
    struct proc_list *list; /* the one list it is on, or NULL */
    struct proc *next, *previous;
    struct context context; /* while it does not run */
    uint64_t deadline;      /* while it sleeps, in ticks */

    /* Its end */
    bool killed; /* it must exit as soon as it would return to user mode */
    int status;  /* once a zombie */
    struct proc_list child_ended;

    /* What it owns */
    struct space space;
    struct file *file[FILES_PER_PROCESS];
    struct inode *directory;
};

/* The registers of the user program, at the top of the process's kernel stack. */
struct trapframe *proc_frame(const struct proc *p);

/* Starts the first process, /bin/init with these arguments. */
void proc_start_init(int count, const char *const arguments[]);

/* fork: the current process goes on twice. The child has the same memory, copy-on-write, the
 * same files and directory, and gets 0 where the parent gets its pid. -EAGAIN if there are too
 * many processes, -ENOMEM if memory is short. */
int proc_fork(void);

/* exit: the current process gives back all that it has and becomes a zombie, whose status its
 * parent may fetch; its children become init's. */
_Noreturn void proc_exit(int status);

/* wait: the pid of a child that ended, which is then gone, and its status. Without one, waits
 * for the next, or returns 0 at once if asked to poll. -ECHILD without children, -EINTR if
 * killed. */
int proc_wait(int *status, bool poll);

/* kill: makes the process exit as soon as it can, even if it waits. With a negative pid: all
 * processes of group -pid. -ESRCH if there is none, -EPERM for init. */
int proc_kill(int pid);

/* Puts a process (0: the current one) into a group (0: that of its own pid). Only the current
 * process and its children may be moved. */
int proc_set_group(int pid, int group);

/* Describes the process in the first used slot from this one on; the slot after it, or 0. */
int proc_describe(int slot, struct procinfo *info);

#endif
