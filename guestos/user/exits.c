/* exits: why this machine's hypervisor was entered, and how often; if it has one that says. */
#include "user.h"

int main(void)
{
    struct exitinfo info;
    int number = 0;
    for (; exitinfo(number, &info) > 0; number++)
        if (info.count)
            printf("%10lu %s\n", info.count, info.text);
    if (number == 0)
        printf("exits: no hypervisor says\n");
    return number == 0;
}
