/* ps: the processes, with the memory that each has touched. */
#include "user.h"

int main(void)
{
    static const char *const state[] = {"free", "ready", "running", "waiting", "ended"};
    struct procinfo info;
    printf("  PID PARENT GROUP STATE      KiB NAME\n");
    for (int slot = 0; (slot = procinfo(slot, &info)) > 0;)
        printf("%5d %6d %5d %-7s %6lu %s\n", info.pid, info.parent, info.group, state[info.state],
               info.pages * 4, info.name);
    return 0;
}
