/* The first program: opens the console, runs a shell again and again, and fetches the status of
 * every process whose parent has ended. With arguments (run= on the kernel's command line) it
 * runs that program instead, and powers off with its status. */
#include "string.h"
#include "user.h"

/* Runs the program as the foreground job and gives its status. */
static int run(char *const argv[])
{
    int pid = fork();
    if (pid == 0) {
        setgroup(0, 0);
        int error = exec(argv[0], argv);
        complain("init", argv[0], error);
        exit(127);
    }
    if (pid < 0)
        return complain("init", "fork", pid);
    setgroup(pid, 0);
    foreground(pid);
    for (;;) {
        int status;
        if (wait(&status, 0) == pid)
            return status;
    }
}

static void show(int fd, const char *name)
{
    char buffer[256];
    int64_t n;
    (void)name;
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        write_all(1, buffer, (size_t)n);
}

int main(int argc, char *argv[])
{
    bool quiet = argc > 1 && strcmp(argv[1], "-q") == 0;
    char **program = argv + (quiet ? 2 : 1);
    open("/dev/console", O_READ | O_WRITE);
    dup(0);
    dup(0);
    if (*program) {
        int status = run(program);
        if (status)
            printf("init: %s ended with status %d\n", program[0], status);
        return shutdown(SHUTDOWN_POWEROFF, status);
    }
    char *motd[] = {"/etc/motd"}, *shell[] = {"/bin/sh", NULL};
    if (!quiet)
        each_file(1, motd, show);
    for (;;)
        run(shell);
}
