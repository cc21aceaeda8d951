/* cat [FILE...]: files, one after another, to standard output. */
#include "user.h"

static void copy(int fd, const char *name)
{
    char buffer[512];
    int64_t n;
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        write_all(1, buffer, (size_t)n);
    if (n < 0)
        exit(complain("cat", name, n));
}

int main(int argc, char *argv[])
{
    return each_file(argc - 1, argv + 1, copy);
}
