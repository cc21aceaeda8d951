/* touch PATH...: makes empty files where there are none. */
#include "user.h"

int main(int argc, char *argv[])
{
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_WRITE | O_CREATE);
        if (fd < 0)
            status = complain("touch", argv[i], fd);
        else
            close(fd);
    }
    return status;
}
