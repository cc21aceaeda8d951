/* Reading whole files. */
#include "blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST_FILE ((off_t)1 << 30)

bool complain(const struct complaint *to, const char *format, ...)
{
    int used = snprintf(to->text, to->size, "%s: ", to->path);
    va_list args;
    va_start(args, format);
    if (used >= 0 && (size_t)used < to->size)
        vsnprintf(to->text + used, to->size - (size_t)used, format, args);
    va_end(args);
    return false;
}

static bool read_all(int fd, uint8_t *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

static bool read_open_file(struct blob *blob, int fd, const struct complaint *to)
{
    struct stat info;
    if (fstat(fd, &info) < 0)
        return complain(to, "%s", strerror(errno));
    if (!S_ISREG(info.st_mode))
        return complain(to, "not a regular file");
    if (info.st_size == 0)
        return complain(to, "the file is empty");
    if (info.st_size > LARGEST_FILE)
        return complain(to, "the file is larger than 1 GiB");
    blob->size = (size_t)info.st_size;
    blob->bytes = malloc(blob->size);
    if (!blob->bytes)
        return complain(to, "%s", strerror(ENOMEM));
    errno = 0;
    return read_all(fd, blob->bytes, blob->size) ||
           complain(to, "%s", errno ? strerror(errno) : "the file shrank while it was read");
}

bool blob_read(struct blob *blob, const struct complaint *to)
{
    *blob = (struct blob){0};
    int fd = open(to->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return complain(to, "%s", strerror(errno));
    bool done = read_open_file(blob, fd, to);
    close(fd);
    if (!done)
        blob_free(blob);
    return done;
}

void blob_free(struct blob *blob)
{
    free(blob->bytes);
    *blob = (struct blob){0};
}
