/* Reading and writing whole files. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void complain(const char *path)
{
    fprintf(stderr, "trapeze: %s: %s\n", path, strerror(errno));
}

/* Pipes have no size, so the buffer grows as it fills. */
static uint8_t *read_stream(FILE *file, size_t *size)
{
    size_t room = 4096;
    uint8_t *bytes = malloc(room);
    *size = 0;
    for (size_t got; bytes && (got = fread(bytes + *size, 1, room - *size, file)) > 0;) {
        *size += got;
        if (*size < room)
            continue;
        uint8_t *more = realloc(bytes, room *= 2);
        if (!more)
            free(bytes);
        bytes = more;
    }
    return bytes;
}

uint8_t *file_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rbe");
    if (!file) {
        complain(path);
        return NULL;
    }
    errno = 0;
    uint8_t *bytes = read_stream(file, size);
    if (!bytes || ferror(file)) {
        complain(path);
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    return bytes;
}

static bool write_all(int fd, const uint8_t *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t count = write(fd, bytes + done, size - done);
        if (count < 0 && errno != EINTR)
            return false;
        done += count > 0 ? (size_t)count : 0;
    }
    return true;
}

static bool write_beside(const char *path, char *beside, const void *bytes, size_t size)
{
    int fd = mkstemp(beside);
    if (fd < 0)
        return false;
    bool done = fchmod(fd, 0644) == 0 && write_all(fd, bytes, size) && fsync(fd) == 0;
    done = close(fd) == 0 && done;
    done = done && rename(beside, path) == 0;
    if (!done) {
        int why = errno;
        unlink(beside);
        errno = why;
    }
    return done;
}

/* Writes to what is no file to be replaced: a device, a pipe. */
static bool write_into(const char *path, const void *bytes, size_t size)
{
    int fd = open(path, O_WRONLY);
    if (fd < 0)
        return false;
    bool done = write_all(fd, bytes, size);
    return close(fd) == 0 && done;
}

static bool is_regular(const char *path)
{
    struct stat found;
    return stat(path, &found) != 0 || S_ISREG(found.st_mode);
}

bool file_write(const char *path, const void *bytes, size_t size)
{
    if (!is_regular(path)) {
        bool done = write_into(path, bytes, size);
        if (!done)
            complain(path);
        return done;
    }
    char beside[4096];
    int used = snprintf(beside, sizeof beside, "%s.XXXXXX", path);
    errno = ENAMETOOLONG;
    bool done = used < (int)sizeof beside && write_beside(path, beside, bytes, size);
    if (!done)
        complain(path);
    return done;
}
