/* Tests of pointers that a program gives to the kernel. A bad one is the program's mistake, and
 * never the kernel's: the call says -EFAULT. */
#include "usertests.h"

static const uint64_t bad[] = {
    /* below the program */
    0, 8, USER_START - 8,
    /* around the stack, and nowhere */
    USER_END, USER_END - USER_STACK_BYTES - 8, 0x30000000,
    /* devices, the kernel, its memory */
    0x50000000, KERNEL_TEXT, 0x87000000,
    /* around the last canonical address, and far beyond */
    0x3ffffffff8, 0x4000000000, 1UL << 63, UINT64_MAX - 7, UINT64_MAX};

#define EACH(address) for (size_t i_ = 0; i_ < sizeof bad / 8 && (address = bad[i_], true); i_++)

void test_calls_refuse_bad_pointers(void)
{
    uint64_t address;
    int ends[2], file = open("/etc/motd", O_READ), directory = open("/etc", O_READ);
    int out = open("out", O_WRITE | O_CREATE);
    check(pipe(ends) == 0 && file >= 0 && directory >= 0 && out >= 0);
    write_all(ends[1], "12345678", 8);
    EACH(address)
    {
        void *p = at(address);
        check(read(file, p, 8) == -EFAULT);
        check(read(ends[0], p, 8) == -EFAULT);
        check(write(out, p, 8) == -EFAULT);
        check(write(ends[1], p, 8) == -EFAULT);
        check(write(1, p, 8) == -EFAULT);
        check(open(p, O_READ) == -EFAULT);
        check(exec(p, (char *[]){NULL}) == -EFAULT);
        check(exec("/bin/echo", p) == -EFAULT);
        check(pipe(p) == -EFAULT);
        check(chdir(p) == -EFAULT);
        check(mkdir(p) == -EFAULT);
        check(unlink(p) == -EFAULT);
        check(stat(p, NULL) == -EFAULT);
        check(stat("/etc", p) == -EFAULT);
        check(fstat(file, p) == -EFAULT);
        check(getcwd(p, 8) == -EFAULT);
        check(procinfo(0, p) == -EFAULT);
        check(sysinfo(p) == -EFAULT);
    }
    check(readdir(directory, at(8)) == -EFAULT);
    check(unlink("out") == 0);
}

void test_reading_into_text_fails(void)
{
    int file = open("/etc/motd", O_READ);
    check(file >= 0);
    check(read(file, at((uint64_t)test_reading_into_text_fails), 8) == -EFAULT);
    check(fstat(file, at(USER_START)) == -EFAULT);
}

void test_lengths_may_not_wrap(void)
{
    char here[8];
    int file = open("/etc/motd", O_READ), out = open("out", O_WRITE | O_CREATE);
    uint64_t to_the_end = USER_END - (uint64_t)here;
    check(write(out, here, UINT64_MAX) == -EFAULT);
    check(write(out, here, -(uint64_t)here) == -EFAULT);
    check(write(out, here, to_the_end + 1) == -EFAULT);
    check(write(out, here, to_the_end) == (int64_t)to_the_end);
    check(write(1, at(USER_END), 0) == 0);
    check(read(file, at(UINT64_MAX), 2) == -EFAULT);
    check(unlink("out") == 0);
}

void test_strings_must_end(void)
{
    char *last = at(USER_END - 4);
    memcpy(last, "/etc", 4); /* the zero would be beyond the user half */
    check(open(last, O_READ) == -EFAULT);
    int64_t end = sbrk(PAGE);
    memset((void *)end, '/', PAGE);
    check(sbrk(0) % PAGE != 0 || open((char *)(end + PAGE - 4), O_READ) == -EFAULT);
}

void test_copies_stop_at_a_hole(void)
{
    int ends[2], file = open("/README", O_READ);
    int64_t end = sbrk(PAGE) + PAGE;
    check(end % PAGE == 0);
    check(pipe(ends) == 0);
    check(read(file, (char *)end - 16, 32) == -EFAULT);
    check(write(ends[1], (char *)end - 16, 32) == -EFAULT);
    check(write(ends[1], (char *)end - 16, 16) == 16);
}

void test_copies_fault_pages_in(void)
{
    int file = open("/README", O_READ);
    char *heap = (char *)sbrk(2 * PAGE);
    check(read(file, heap + PAGE - 20, 40) == 40);
    check(string_starts(heap + PAGE - 20, "This is a small"));
    int ends[2];
    char zeros[40];
    check(pipe(ends) == 0);
    memset(zeros, 1, sizeof zeros);
    heap = (char *)sbrk(2 * PAGE);
    check(write(ends[1], heap + PAGE - 20, 40) == 40); /* read from pages never touched */
    check(read(ends[0], zeros, 40) == 40);
    for (int i = 0; i < 40; i++)
        check(zeros[i] == 0);
}

void test_misaligned_copies_are_exact(void)
{
    int ends[2];
    char from[32], to[40];
    check(pipe(ends) == 0);
    for (int i = 0; i < 32; i++)
        from[i] = (char)(i + 1);
    for (int a = 0; a < 8; a++) {
        size_t n = (size_t)(17 + a);
        memset(to, 0, sizeof to);
        write_all(ends[1], from + a, n);
        check(read(ends[0], to + 7 - a, n) == (int64_t)n);
        check(memcmp(to + 7 - a, from + a, n) == 0);
        check(to[7 - a + n] == 0);
    }
}
