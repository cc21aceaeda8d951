/* usertests [NAME...]: tries every system call, with good arguments and bad ones, and everything
 * that a process must not be able to do. Prints a line a test and a verdict; the status is 0 if
 * all passed. Programs that the kernel ends on the way announce it on the console: that is part
 * of the tests. */
#include "usertests.h"

static const struct test {
    const char *name;
    void (*run)(void);
} tests[] = {
#define TEST(file, name) {#name, test_##name},
#include "usertests.def"
};

enum { TESTS = sizeof tests / sizeof tests[0] };

_Noreturn void fail(const char *file, int line, const char *condition)
{
    printf("usertests: %s:%d: %s\n", file, line, condition);
    exit(1);
}

int fork_or_fail(void)
{
    int pid = fork();
    check(pid >= 0);
    return pid;
}

int status_of(void (*function)(void))
{
    int status, pid = fork_or_fail();
    if (pid == 0) {
        function();
        exit(0);
    }
    check(wait(&status, 0) == pid);
    return status;
}

int64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
    register uint64_t a0 __asm__("a0") = a;
    register uint64_t a1 __asm__("a1") = b;
    register uint64_t a2 __asm__("a2") = c;
    register uint64_t a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
    return (int64_t)a0;
}

void *at(uint64_t address)
{
    return (void *)address;
}

static bool is_wanted(const struct test *test, int argc, char *argv[])
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], test->name) == 0)
            return true;
    return argc < 2;
}

static uint64_t free_pages(void)
{
    struct sysinfo info;
    check(sysinfo(&info) == 0);
    return info.free_pages;
}

static void nothing(void)
{
}

int main(int argc, char *argv[])
{
    int passed = 0, failed = 0;
    check(chdir("/tmp") == 0);
    for (int i = 0; i < TESTS; i++) {
        const struct test *test = &tests[i];
        if (!is_wanted(test, argc, argv))
            continue;
        status_of(nothing); /* touch what a fork touches, so that the count below is fair */
        uint64_t before = free_pages();
        int status = status_of(test->run);
        bool leaks = status == 0 && before != free_pages() && status_of(test->run) == 0 &&
                     before - free_pages() > 4; /* the kernel may keep a few for inodes */
        bool is_ok = status == 0 && !leaks;
        printf("usertests: %s %s\n", test->name, is_ok ? "ok" : leaks ? "LEAKS" : "FAILED");
        passed += is_ok;
        failed += !is_ok;
    }
    if (failed)
        printf("usertests: %d of %d tests FAILED\n", failed, passed + failed);
    else
        printf("usertests: all %d tests passed\n", passed);
    return failed != 0;
}
