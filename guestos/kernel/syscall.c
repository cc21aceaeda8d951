/* The system calls: the dispatch, and the calls about processes. A call's job is to distrust:
 * it checks and copies what the program gave, and leaves the work to proc.c, sched.c and the
 * others. What each call means to a program stands in user/user.h. */
#include "syscall.h"

#include <stddef.h>

#include "abi.h"
#include "console.h"
#include "exec.h"
#include "page.h"
#include "platform.h"
#include "proc.h"
#include "riscv.h"
#include "sbi.h"
#include "sched.h"
#include "usercopy.h"

static int64_t sys_fork(const uint64_t argument[])
{
    (void)argument;
    return proc_fork();
}

static int64_t sys_exec(const uint64_t argument[])
{
    char path[PATH_LENGTH + 1];
    int64_t length = string_from_user(path, argument[0], sizeof path);
    return length < 0 ? length : exec_current(path, argument[1]);
}

static int64_t sys_exit(const uint64_t argument[])
{
    proc_exit((int)(argument[0] & 0xff));
}

static int64_t sys_wait(const uint64_t argument[])
{
    int status = 0;
    int pid = proc_wait(&status, argument[1] & WAIT_POLL);
    if (pid > 0 && argument[0] && !copy_to_user(argument[0], &status, sizeof status))
        return -EFAULT;
    return pid;
}

static int64_t sys_kill(const uint64_t argument[])
{
    return proc_kill((int)argument[0]);
}

static int64_t sys_getpid(const uint64_t argument[])
{
    (void)argument;
    return current->pid;
}

static int64_t sys_sbrk(const uint64_t argument[])
{
    return space_grow(&current->space, (int64_t)argument[0]);
}

static int64_t sys_sleep(const uint64_t argument[])
{
    uint64_t ticks = (uint64_t)(uint32_t)argument[0] * platform.ticks_per_second / 1000;
    return sched_sleep(time_now() + ticks) ? 0 : -EINTR;
}

static int64_t sys_uptime(const uint64_t argument[])
{
    (void)argument;
    return (int64_t)(time_now() / (platform.ticks_per_second / 1000));
}

static int64_t sys_yield(const uint64_t argument[])
{
    (void)argument;
    sched_yield();
    return 0;
}

static int64_t sys_shutdown(const uint64_t argument[])
{
    if (argument[0] != SHUTDOWN_POWEROFF && argument[0] != SHUTDOWN_REBOOT)
        return -EINVAL;
    sbi_shutdown(argument[0] == SHUTDOWN_REBOOT, argument[1] != 0);
}

static int64_t sys_procinfo(const uint64_t argument[])
{
    struct procinfo info;
    if (argument[0] >= PROCESSES)
        return 0;
    int next = proc_describe((int)argument[0], &info);
    return next && !copy_to_user(argument[1], &info, sizeof info) ? -EFAULT : next;
}

static int64_t sys_sysinfo(const uint64_t argument[])
{
    struct sysinfo info = {page_total(), page_free(), !platform.no_timer};
    return copy_to_user(argument[0], &info, sizeof info) ? 0 : -EFAULT;
}

static int64_t sys_setgroup(const uint64_t argument[])
{
    return proc_set_group((int)argument[0], (int)argument[1]);
}

static int64_t sys_foreground(const uint64_t argument[])
{
    if ((int)argument[0] < 0)
        return -EINVAL;
    console_set_foreground((int)argument[0]);
    return 0;
}

static int64_t sys_exitinfo(const uint64_t argument[])
{
    struct exitinfo info;
    if (!sbi_exit_count(argument[0], &info.count) ||
        !sbi_exit_name(argument[0], info.text, sizeof info.text))
        return 0;
    return copy_to_user(argument[1], &info, sizeof info) ? 1 : -EFAULT;
}

static int64_t (*const table[])(const uint64_t argument[]) = {
#define SYSCALL(number, name) [number] = sys_##name,
#include "syscall.def"
};

/* Does the call that a program asks for. Lab 4, exercise 1.
 *
 * The number is in the frame's a7, the arguments are its a0 to a5: a call is given the address of
 * a0, and the others follow. The result goes into a0. A number that `table` has no call for, of any
 * size, is -ENOSYS. */
void syscall(struct trapframe *frame)
{
    uint64_t number = frame->x[REG_A7];
    int64_t result = -ENOSYS;
    if (number < sizeof table / sizeof table[0] && table[number])
        result = table[number](&frame->x[REG_A0]);
    frame->x[REG_A0] = (uint64_t)result;
}
