/* The guest's kernel on a hart made of C: its own sources, compiled for this host, with what is
 * assembly or a device replaced by hart.c and world.c.
 *
 * The hart has memory, a clock, a timer, and a TLB that forgets nothing before a fence: a kernel
 * that forgets one is found out. Processes are C functions of a test, each with a stack of its own.
 * They reach memory by load() and store(), and the kernel by call() and tick(): what would be a
 * trap calls trap_handle, as entry.S does. */
#ifndef LAB4_WORLD_H
#define LAB4_WORLD_H

#include <string.h>

#include "lab_test.h"

#include "../native/riscv.h"

#include "abi.h"
#include "file.h"
#include "kmap.h"
#include "page.h"
#include "pipe.h"
#include "proc.h"
#include "ramfs.h"
#include "sched.h"
#include "space.h"
#include "syscall.h"
#include "trap.h"
#include "usercopy.h"

/* Of a process: two pages of text that may be read and executed, the heap, the stack. */
#define TEXT 0x10000
#define HEAP 0x20000
#define HEAP_PAGES 16
#define STACK (USER_END - PAGE_SIZE)
enum { TEXT_PAGES = 2, FRAMES = 512 };

/* Calls by their numbers. */
enum call {
#define SYSCALL(number, name) CALL_##name = number,
#include "syscall.def"
};

/* The kernel has booted, and there is no process. */
void world_boot(void);

/* A process that runs `body` once the scheduler lets it, and is a zombie when that returns. Its
 * memory is as above. */
struct proc *world_process(void (*body)(void));

/* A parent for processes that are to end: the kernel's init, which does nothing. */
struct proc *world_parent(struct proc *const children[], unsigned count);

/* Runs the scheduler until nobody can run any more. */
void world_run(void);

/* ---- what a process does; for use in a body ------------------------------------------------- */

/* A system call, with up to three arguments: its result. */
int64_t call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2);

/* fork, after which the child runs `child`: what the parent gets. By the function of the kernel,
 * and by a system call. */
int world_fork(void (*child)(void));
int64_t call_fork(void (*child)(void));

/* A byte of the process's memory, with all the traps that it takes. */
uint8_t load(uint64_t va);
void store(uint64_t va, uint8_t byte);

/* The timer's interrupt arrives. */
void tick(void);

/* ---- what a test looks at ------------------------------------------------------------------ */

/* The leaf that maps `va`, or NULL where there is no table for it. */
pte_t *leaf_of(const struct space *space, uint64_t va);

/* The frame at `va`; NULL: none. */
uint8_t *frame_of(const struct space *space, uint64_t va);

/* Whether the hart would still store to `va` by a translation that it remembers. */
bool remembers_write(const struct space *space, uint64_t va);

/* Whether the hart has no translation for `va` at all. */
bool remembers_nothing(const struct space *space, uint64_t va);

/* Takes all frames but `left`. */
void exhaust(unsigned left);

/* Notes a letter, and all of them so far. */
void note(char letter);
const char *notes(void);

#endif
