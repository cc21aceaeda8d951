/* free: how much memory there is, and how much of it is free. */
#include "user.h"

int main(void)
{
    struct sysinfo info;
    sysinfo(&info);
    printf("%lu KiB of memory, %lu KiB free\n", info.total_pages * 4, info.free_pages * 4);
    return 0;
}
