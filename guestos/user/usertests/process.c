/* Tests of processes: fork, exec, wait, kill, sleep. */
#include "usertests.h"

void test_fork_gives_the_child_a_zero(void)
{
    int parent = getpid(), status;
    int pid = fork_or_fail();
    if (pid == 0)
        exit(getpid() != parent ? 7 : 1);
    check(pid > parent);
    check(wait(&status, 0) == pid && status == 7);
}

static void exit_with_257(void)
{
    exit(257);
}

void test_wait_reports_the_status(void)
{
    check(status_of(exit_with_257) == 1);
    if (fork_or_fail() == 0)
        exit(3);
    check(wait(NULL, 0) > 0);
}

void test_wait_polls(void)
{
    int ends[2], status = -1;
    char c;
    check(pipe(ends) == 0);
    int pid = fork_or_fail();
    if (pid == 0) {
        close(ends[1]);
        read(ends[0], &c, 1);
        exit(5);
    }
    check(wait(&status, WAIT_POLL) == 0 && status == -1);
    close(ends[1]);
    check(wait(&status, 0) == pid && status == 5);
}

void test_wait_refuses(void)
{
    int status;
    check(wait(&status, 0) == -ECHILD);
    if (fork_or_fail() == 0)
        exit(0);
    check(wait(at(8), 0) == -EFAULT);
}

/* The parent of this process, or 0 if there is no such process. */
static int parent_of(int pid)
{
    struct procinfo info;
    for (int slot = 0; (slot = procinfo(slot, &info)) > 0;)
        if (info.pid == pid)
            return info.parent;
    return 0;
}

void test_orphans_are_adopted(void)
{
    int go[2], ends[2], orphan;
    char c;
    check(pipe(go) == 0 && pipe(ends) == 0);
    if (fork_or_fail() == 0) {
        int pid = fork_or_fail();
        if (pid == 0) {
            close(go[1]);
            read(go[0], &c, 1);
            exit(0);
        }
        write_all(ends[1], &pid, sizeof pid);
        exit(0);
    }
    check(wait(NULL, 0) > 0);
    check(read(ends[0], &orphan, sizeof orphan) == sizeof orphan);
    check(parent_of(orphan) == 1);
    check(wait(NULL, 0) == -ECHILD);
    close(go[1]);
    for (int turn = 0; turn < 1000 && parent_of(orphan); turn++)
        yield();
    check(parent_of(orphan) == 0);
}

void test_fork_fails_when_the_table_is_full(void)
{
    int ends[2], count = 0, pid;
    char c;
    check(pipe(ends) == 0);
    while ((pid = fork()) > 0)
        count++;
    if (pid == 0) {
        close(ends[1]);
        read(ends[0], &c, 1);
        exit(0);
    }
    close(ends[1]);
    check(pid == -EAGAIN);
    check(count > 16);
    for (; count; count--)
        check(wait(NULL, 0) > 0);
    check(wait(NULL, 0) == -ECHILD);
}

void test_fork_storm(void)
{
    for (int round = 0; round < 8; round++) {
        for (int i = 0; i < 4; i++)
            if (fork_or_fail() == 0) {
                if (i % 2 == 0)
                    exit(status_of(exit_with_257) == 1 ? i : 99);
                exit(i);
            }
        int status, sum = 0;
        for (int i = 0; i < 4; i++) {
            check(wait(&status, 0) > 0);
            sum += status;
        }
        check(sum == 6);
    }
}

/* Fills every register but zero, sp, gp, tp and the call's own, makes the call `number`, and
 * gives the exclusive or of what is left: zero if nothing changed. */
static uint64_t registers_after(uint64_t number)
{
    uint64_t changed;
    register uint64_t a7 __asm__("a7") = number;
    __asm__ volatile(
        "li t0, 0x100; li t1, 0x101; li t2, 0x102; li t3, 0x103; li t4, 0x104; li t5, 0x105\n"
        "li t6, 0x106; li s1, 0x107; li s2, 0x108; li s3, 0x109; li s4, 0x10a; li s5, 0x10b\n"
        "li s6, 0x10c; li s7, 0x10d; li s8, 0x10e; li s9, 0x10f; li s10, 0x110; li s11, 0x111\n"
        "li ra, 0x112; li a1, 0x113; li a2, 0x114; li a3, 0x115; li a4, 0x116; li a5, 0x117\n"
        "li a6, 0x118\n"
        "ecall\n"
        "addi t0, t0, -0x100; addi t1, t1, -0x101; addi t2, t2, -0x102; addi t3, t3, -0x103\n"
        "addi t4, t4, -0x104; addi t5, t5, -0x105; addi t6, t6, -0x106; addi s1, s1, -0x107\n"
        "addi s2, s2, -0x108; addi s3, s3, -0x109; addi s4, s4, -0x10a; addi s5, s5, -0x10b\n"
        "addi s6, s6, -0x10c; addi s7, s7, -0x10d; addi s8, s8, -0x10e; addi s9, s9, -0x10f\n"
        "addi s10, s10, -0x110; addi s11, s11, -0x111; addi ra, ra, -0x112; addi a1, a1, -0x113\n"
        "addi a2, a2, -0x114; addi a3, a3, -0x115; addi a4, a4, -0x116; addi a5, a5, -0x117\n"
        "addi a6, a6, -0x118\n"
        "or %0, t0, t1; or %0, %0, t2; or %0, %0, t3; or %0, %0, t4; or %0, %0, t5\n"
        "or %0, %0, t6; or %0, %0, s1; or %0, %0, s2; or %0, %0, s3; or %0, %0, s4\n"
        "or %0, %0, s5; or %0, %0, s6; or %0, %0, s7; or %0, %0, s8; or %0, %0, s9\n"
        "or %0, %0, s10; or %0, %0, s11; or %0, %0, ra; or %0, %0, a1; or %0, %0, a2\n"
        "or %0, %0, a3; or %0, %0, a4; or %0, %0, a5; or %0, %0, a6\n"
        : "=&r"(changed), "+r"(a7)
        :
        : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8",
          "s9", "s10", "s11", "ra", "a1", "a2", "a3", "a4", "a5", "a6", "memory");
    return changed;
}

enum { CALL_GETPID = 6, CALL_YIELD = 24 };

void test_registers_survive_a_call(void)
{
    check(registers_after(CALL_GETPID) == 0);
    check(registers_after(9999) == 0);
}

void test_registers_survive_others(void)
{
    for (int i = 0; i < 3; i++)
        if (fork_or_fail() == 0) {
            for (int turn = 0; turn < 4; turn++)
                check(registers_after(CALL_YIELD) == 0);
            exit(0);
        }
    for (int i = 0; i < 3; i++) {
        int status;
        check(wait(&status, 0) > 0 && status == 0);
    }
}

/* Runs a program with its output in `text`, and gives its status. */
static int output_of(char *const argv[], char *text, size_t size)
{
    int ends[2], status;
    size_t n = 0;
    int64_t got;
    check(pipe(ends) == 0);
    if (fork_or_fail() == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        close(ends[1]);
        exec(argv[0], argv);
        exit(99);
    }
    close(ends[1]);
    while ((got = read(ends[0], text + n, size - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = 0;
    close(ends[0]);
    check(wait(&status, 0) > 0);
    return status;
}

void test_exec_passes_arguments(void)
{
    char text[64];
    char *echo[] = {"/bin/echo", "one", "", "two three", NULL};
    check(output_of(echo, text, sizeof text) == 0);
    check(strcmp(text, "one  two three\n") == 0);
    char *shell[] = {"/bin/sh", "-c", "echo a b | wc; exit 4", NULL};
    check(output_of(shell, text, sizeof text) == 4);
    check(strcmp(text, "1 2 4\n") == 0);
    char *silent[] = {"/bin/echo", NULL};
    check(output_of(silent, text, sizeof text) == 0);
    check(strcmp(text, "\n") == 0);
}

static void make_file(const char *path, const void *bytes, size_t n)
{
    int fd = open(path, O_WRITE | O_CREATE | O_TRUNCATE);
    check(fd >= 0);
    write_all(fd, bytes, n);
    close(fd);
}

void test_exec_refuses(void)
{
    static char long_word[PAGE];
    char *many[ARGUMENTS + 2] = {NULL};
    char *none[] = {"x", NULL}, *too_long[] = {"x", long_word, NULL};
    memset(long_word, 'x', sizeof long_word - 1);
    for (int i = 0; i <= ARGUMENTS; i++)
        many[i] = "x";
    check(exec("/bin/nothing", none) == -ENOENT);
    check(exec("/bin", none) == -EISDIR);
    check(exec("/etc/motd", none) == -ENOEXEC);
    check(exec("/bin/echo", many) == -E2BIG);
    check(exec("/bin/echo", too_long) == -E2BIG);
    check(exec("/bin/echo", at(8)) == -EFAULT);
    check(exec("/bin/echo", (char *[]){at(KERNEL_TEXT), NULL}) == -EFAULT);

    /* Programs that are damaged: a segment in the kernel, one past the file's end, no end. */
    uint64_t elf[32] = {0x00010102464c457f, 0, 0x0000000100f30002, 0x10000, 64, 0,
                        0x0038004000000000, 1};
    uint64_t *segment = &elf[8];
    uint64_t bad[][6] = {
        {0x500000001, 0, KERNEL_TEXT, 0, 64, 64},
        {0x500000001, 4096, 0x10000, 0, 64, 64},
        {0x500000001, 0, 0x10000, 0, UINT64_MAX, UINT64_MAX},
        {0x500000001, 0, 0x10008, 0, 8, 8},
        {0x500000001, 0, 0x10000, 0, 64, 8},
        {0x500000001, UINT64_MAX, 0x10000, 0, 64, 64},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memcpy(segment, bad[i], sizeof bad[i]);
        make_file("bad", elf, sizeof elf);
        check(exec("bad", none) == -ENOEXEC);
        make_file("bad", elf, 100);
        check(exec("bad", none) == -ENOEXEC);
    }
    check(unlink("bad") == 0);
}

void test_exec_keeps_files_and_directory(void)
{
    char text[64];
    char *shell[] = {"/bin/sh", "-c", "cat < motd", NULL};
    check(chdir("/etc") == 0);
    check(output_of(shell, text, sizeof text) == 0 || text[0] == 'W');
    check(string_starts(text, "Welcome"));
}

void test_kill_ends_who_waits(void)
{
    int ends[2], status;
    char c;
    check(pipe(ends) == 0);
    int sleeper = fork_or_fail();
    if (sleeper == 0) {
        sleep(1000000);
        exit(0);
    }
    int reader = fork_or_fail();
    if (reader == 0) {
        read(ends[0], &c, 1);
        exit(0);
    }
    yield();
    check(kill(sleeper) == 0);
    check(wait(&status, 0) == sleeper && status == STATUS_KILLED);
    check(kill(reader) == 0);
    check(wait(&status, 0) == reader && status == STATUS_KILLED);
}

void test_kill_ends_who_runs(void)
{
    struct sysinfo info;
    int status;
    check(sysinfo(&info) == 0);
    int pid = fork_or_fail();
    if (pid == 0)
        for (;;)
            if (!info.is_preemptive)
                yield();
    sleep(1);
    check(kill(pid) == 0);
    check(wait(&status, 0) == pid && status == STATUS_KILLED);
}

void test_kill_ends_a_group(void)
{
    int status, first = 0;
    for (int i = 0; i < 3; i++) {
        int pid = fork_or_fail();
        if (pid == 0) {
            sleep(1000000);
            exit(0);
        }
        first = first ? first : pid;
        check(setgroup(pid, first) == 0);
    }
    check(kill(-first) == 0);
    for (int i = 0; i < 3; i++)
        check(wait(&status, 0) > 0 && status == STATUS_KILLED);
    check(kill(-first) == -ESRCH);
}

void test_kill_refuses(void)
{
    check(kill(0) == -ESRCH);
    check(kill(INT32_MAX) == -ESRCH);
    check(kill(INT32_MIN) == -ESRCH);
    check(kill(1) == -EPERM);
    check(setgroup(1, 0) == -EPERM);
    check(setgroup(INT32_MAX, 0) == -ESRCH);
    check(setgroup(0, -1) == -EINVAL);
    check(foreground(-1) == -EINVAL);
}

void test_sleep_takes_its_time(void)
{
    int64_t before = uptime();
    check(sleep(0) == 0);
    check(sleep(3) == 0);
    check(uptime() >= before + 3);
}

void test_several_may_sleep(void)
{
    int status;
    for (int ms = 3; ms > 0; ms--)
        if (fork_or_fail() == 0) {
            int64_t before = uptime();
            check(sleep((unsigned)ms) == 0);
            check(uptime() >= before + ms);
            exit(0);
        }
    for (int i = 0; i < 3; i++)
        check(wait(&status, 0) > 0 && status == 0);
}

void test_procinfo_finds_itself(void)
{
    struct procinfo info;
    bool found = false;
    for (int slot = 0; (slot = procinfo(slot, &info)) > 0;)
        if (info.pid == getpid()) {
            found = true;
            check(info.state == PROCESS_RUNNING);
            check(info.pages > 1 && info.pages < 100);
            check(strcmp(info.name, "usertests") == 0);
        }
    check(found);
    check(procinfo(-1, &info) == 0);
    check(procinfo(100000, &info) == 0);
    check(procinfo(0, at(8)) == -EFAULT);
}

void test_unknown_calls_are_refused(void)
{
    check(call(0, 0, 0, 0) == -ENOSYS);
    check(call(31, 0, 0, 0) == -ENOSYS);
    check(call(UINT64_MAX, 0, 0, 0) == -ENOSYS);
    check(shutdown(77, 0) == -EINVAL);
}
