/* rm PATH...: removes files and empty directories. */
#include "user.h"

int main(int argc, char *argv[])
{
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int error = unlink(argv[i]);
        if (error)
            status = complain("rm", argv[i], error);
    }
    return status;
}
