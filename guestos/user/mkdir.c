/* mkdir PATH...: makes directories. */
#include "user.h"

int main(int argc, char *argv[])
{
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int error = mkdir(argv[i]);
        if (error)
            status = complain("mkdir", argv[i], error);
    }
    return status;
}
