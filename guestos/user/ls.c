/* ls [PATH...]: the names in directories; a directory's own names end with a slash. */
#include "user.h"

static int list(const char *path)
{
    struct stat info;
    struct dirent entry;
    int error = stat(path, &info);
    if (error)
        return complain("ls", path, error);
    if (info.type != TYPE_DIRECTORY) {
        printf("%6lu %s\n", info.size, path);
        return 0;
    }
    int fd = open(path, O_READ);
    if (fd < 0)
        return complain("ls", path, fd);
    while (readdir(fd, &entry) == 1)
        printf("%s%s\n", entry.name, entry.type == TYPE_DIRECTORY ? "/" : "");
    close(fd);
    return 0;
}

int main(int argc, char *argv[])
{
    int status = 0;
    if (argc < 2)
        return list(".");
    for (int i = 1; i < argc; i++)
        status |= list(argv[i]);
    return status;
}
