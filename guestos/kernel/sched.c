/* The scheduler: round robin with a quantum. The one idea: a process that does not run is on
 * exactly one list, ready or waiting, and all waking is moving it to `ready`. The kernel is not
 * preempted, so nothing changes between looking at a condition and blocking on it.
 *
 * There is no regular tick. The timer is set for the end of the quantum or for the first
 * sleeper, whichever comes first, and off when nobody needs it. */
#include "sched.h"

#include <stddef.h>

#include "console.h"
#include "platform.h"
#include "riscv.h"
#include "sbi.h"

enum { QUANTA_PER_SECOND = 100 };
#define NEVER UINT64_MAX

struct proc *current;

static struct proc_list ready, sleepers;
static struct context scheduler;

void context_switch(struct context *from, const struct context *to);

static void list_add(struct proc_list *list, struct proc *p)
{
    p->list = list;
    p->next = NULL;
    p->previous = list->last;
    if (list->last)
        list->last->next = p;
    else
        list->first = p;
    list->last = p;
}

static void list_remove(struct proc *p)
{
    struct proc_list *list = p->list;
    if (p->previous)
        p->previous->next = p->next;
    else
        list->first = p->next;
    if (p->next)
        p->next->previous = p->previous;
    else
        list->last = p->previous;
    p->list = NULL;
}

/* The earliest deadline among the sleepers. */
static uint64_t first_deadline(void)
{
    uint64_t first = NEVER;
    for (const struct proc *p = sleepers.first; p; p = p->next)
        if (p->deadline < first)
            first = p->deadline;
    return first;
}

/* Asks for the next timer interrupt: at this time, or earlier if a sleeper or a console that
 * must be polled needs it. */
static void arm_timer(uint64_t time)
{
    if (platform.no_timer)
        return;
    uint64_t first = first_deadline();
    if (console_is_polled()) {
        uint64_t poll = time_now() + platform.ticks_per_second / QUANTA_PER_SECOND;
        first = poll < first ? poll : first;
    }
    sbi_set_timer(first < time ? first : time);
}

static void run(struct proc *p)
{
    list_remove(p);
    p->state = PROCESS_RUNNING;
    current = p;
    space_activate(&p->space);
    arm_timer(time_now() + platform.ticks_per_second / QUANTA_PER_SECOND);
    context_switch(&scheduler, &p->context);
    current = NULL;
}

/* Nobody is ready. Interrupts are off since that was found out, and wfi wakes for a pending one
 * all the same; so none can slip in between and be slept through. */
static void idle(void)
{
    arm_timer(NEVER);
    if (!console_is_polled() || !platform.no_timer)
        wait_for_interrupt();
}

_Noreturn void sched_run(void)
{
    for (;;) {
        trap_window(); /* processes that only yield to each other never leave the kernel */
        console_poll();
        if (ready.first)
            run(ready.first);
        else
            idle();
    }
}

void sched_ready(struct proc *p)
{
    p->state = PROCESS_READY;
    list_add(&ready, p);
}

static void leave(void)
{
    context_switch(&current->context, &scheduler);
}

/* The others run first. Lab 4, exercise 7. The current process is ready again (sched_ready), behind
 * all who are, and leaves the processor (leave). */
void sched_yield(void)
{
    sched_ready(current);
    leave();
}

/* The current process waits on `list`, behind all who do, until it is woken. Lab 4, exercise 7. Its
 * state is PROCESS_BLOCKED, and it leaves the processor. False when it was killed: before, and then
 * it does not wait at all, or while it waited. */
bool sched_block(struct proc_list *list)
{
    if (current->killed)
        return false;
    current->state = PROCESS_BLOCKED;
    list_add(list, current);
    leave();
    return !current->killed;
}

/* Everyone on the list becomes ready (sched_interrupt): first who waited longest.
 * Lab 4, exercise 7. */
void sched_wake(struct proc_list *list)
{
    while (list->first)
        sched_interrupt(list->first);
}

/* Ends the waiting of a process. Lab 4, exercise 7. One that is PROCESS_BLOCKED leaves its list and
 * is ready (sched_ready). For all others there is nothing to do. */
void sched_interrupt(struct proc *p)
{
    if (p->state != PROCESS_BLOCKED)
        return;
    list_remove(p);
    sched_ready(p);
}

bool sched_sleep(uint64_t deadline)
{
    current->deadline = deadline;
    while (time_now() < deadline) {
        if (current->killed)
            return false;
        if (platform.no_timer)
            sched_yield();
        else
            sched_block(&sleepers);
    }
    return !current->killed;
}

_Noreturn void sched_end(void)
{
    current->state = PROCESS_ZOMBIE;
    leave();
    __builtin_unreachable();
}

void sched_timer(void)
{
    uint64_t now = time_now();
    sbi_set_timer(NEVER);
    for (struct proc *p = sleepers.first, *next; p; p = next) {
        next = p->next;
        if (p->deadline <= now)
            sched_interrupt(p);
    }
}
