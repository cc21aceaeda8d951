/* uptime: the time since the machine started. */
#include "user.h"

int main(void)
{
    int64_t ms = uptime();
    printf("up %ld.%03ld seconds\n", ms / 1000, ms % 1000);
    return 0;
}
