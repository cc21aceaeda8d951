/* kill PID...: ends processes; -PID ends a group. */
#include "user.h"

int main(int argc, char *argv[])
{
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int64_t pid;
        int error = parse_number(argv[i], &pid) ? kill((int)pid) : -EINVAL;
        if (error)
            status = complain("kill", argv[i], error);
    }
    return status;
}
