/* poweroff [STATUS]: powers the machine off; a status other than 0 reports a failure. */
#include "user.h"

int main(int argc, char *argv[])
{
    int64_t status = 0;
    if (argc > 2 || (argc == 2 && !parse_number(argv[1], &status))) {
        fprintf(2, "usage: poweroff [STATUS]\n");
        return 2;
    }
    return complain("poweroff", "shutdown", shutdown(SHUTDOWN_POWEROFF, (int)status));
}
