/* What the tests of every system call share. Each test runs in a process of its own; it passes
 * if that process exits with 0. */
#ifndef USERTESTS_H
#define USERTESTS_H

#include "string.h"
#include "user.h"

/* Ends the test, which has failed, unless the condition holds. */
#define check(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail(__FILE_NAME__, __LINE__, #condition);                                             \
    } while (0)

_Noreturn void fail(const char *file, int line, const char *condition);

/* Runs a function in a child and gives the status that wait reports; 0 if it returns. */
int status_of(void (*function)(void));

/* fork, which must succeed. */
int fork_or_fail(void);

/* A system call by its number; the arguments as they are. */
int64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c);

/* A pointer that the compiler knows nothing about. */
void *at(uint64_t address);

/* How an exception with this cause ends a process. */
enum {
    CAUSE_ILLEGAL = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_FETCH_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
};

#define KERNEL_TEXT 0x80200000UL
enum { PAGE = 4096 };

#define TEST(file, name) void test_##name(void);
#include "usertests.def"

#endif
