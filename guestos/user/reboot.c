/* reboot: starts the machine again. */
#include "user.h"

int main(void)
{
    return complain("reboot", "shutdown", shutdown(SHUTDOWN_REBOOT, 0));
}
