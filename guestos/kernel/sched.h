/* Who runs: the scheduler, and the lists on which processes wait. */
#ifndef SCHED_H
#define SCHED_H

#include <stdbool.h>

#include "proc.h"

/* The process whose kernel stack is in use; NULL in the scheduler itself. */
extern struct proc *current;

/* Runs processes, for ever. */
_Noreturn void sched_run(void);

/* Puts a process at the end of those that wait for the processor. */
void sched_ready(struct proc *p);

/* Lets the others run first. */
void sched_yield(void);

/* The current process waits on this list until someone wakes it. False if it was killed. The
 * caller checks again what it waited for: another process may have been quicker. */
bool sched_block(struct proc_list *list);

/* Makes everyone on the list ready. */
void sched_wake(struct proc_list *list);

/* Takes a process out of whatever it waits for. */
void sched_interrupt(struct proc *p);

/* The current process waits until time reaches the deadline, in ticks. False if it was killed. */
bool sched_sleep(uint64_t deadline);

/* The current process, now a zombie, never runs again. */
_Noreturn void sched_end(void);

/* Answers a timer interrupt: wakes those whose deadline has come. */
void sched_timer(void);

#endif
