/* forks: starts a program and waits for its end, again and again; a dot a time. For measuring: it
 * never ends. */
#include "user.h"

int main(int argc, char *argv[])
{
    char *child[] = {argv[0], "-", NULL};
    if (argc > 1)
        return 0; /* the child: what was asked of it was to start and to end */
    for (;;) {
        int pid = fork();
        if (pid == 0) {
            exec(child[0], child);
            exit(1);
        }
        if (pid < 0)
            return complain("forks", "fork", pid);
        wait(NULL, 0);
        write_all(1, ".", 1);
    }
}
