/* grep TEXT [FILE...]: the lines that contain TEXT. */
#include "string.h"
#include "user.h"

static const char *wanted;
static bool found;

static void search(int fd, const char *name)
{
    char line[256];
    (void)name;
    while (read_line(fd, line, sizeof line))
        for (const char *at = line; *at; at++)
            if (string_starts(at, wanted)) {
                printf("%s\n", line);
                found = true;
                break;
            }
}

int main(int argc, char *argv[])
{
    if (argc < 2) {
        fprintf(2, "usage: grep TEXT [FILE...]\n");
        return 2;
    }
    wanted = argv[1];
    int status = each_file(argc - 2, argv + 2, search);
    return status ? status : !found;
}
