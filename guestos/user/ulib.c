/* The library of programs: output, lines, numbers. */
#include "format.h"
#include "string.h"
#include "user.h"

struct output {
    int fd;
    size_t n;
    char bytes[128];
};

void write_all(int fd, const void *buffer, size_t n)
{
    const char *bytes = buffer;
    while (n) {
        int64_t done = write(fd, bytes, n);
        if (done <= 0)
            exit(1);
        bytes += done;
        n -= (size_t)done;
    }
}

static void flush(struct output *out)
{
    write_all(out->fd, out->bytes, out->n);
    out->n = 0;
}

static void put(void *sink, char c)
{
    struct output *out = sink;
    out->bytes[out->n++] = c;
    if (out->n == sizeof out->bytes)
        flush(out);
}

static void print_to(int fd, const char *text, va_list arguments)
{
    struct output out;
    out.fd = fd;
    out.n = 0;
    format(put, &out, text, arguments);
    flush(&out);
}

void printf(const char *text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    print_to(1, text, arguments);
    va_end(arguments);
}

void fprintf(int fd, const char *text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    print_to(fd, text, arguments);
    va_end(arguments);
}

const char *error_text(int64_t error)
{
    static const char *const text[] = {
        [EPERM] = "not permitted",        [ENOENT] = "no such file or directory",
        [ESRCH] = "no such process",      [EINTR] = "interrupted",
        [E2BIG] = "too many arguments",   [ENOEXEC] = "not a program",
        [EBADF] = "bad file descriptor",  [ECHILD] = "no children",
        [EAGAIN] = "too many processes",  [ENOMEM] = "out of memory",
        [EFAULT] = "bad address",         [EEXIST] = "it exists",
        [ENOTDIR] = "not a directory",    [EISDIR] = "is a directory",
        [EINVAL] = "invalid argument",    [ENFILE] = "too many open files in the system",
        [EMFILE] = "too many open files", [EFBIG] = "file too big",
        [EPIPE] = "nobody reads",         [ENAMETOOLONG] = "name too long",
        [ENOSYS] = "no such system call", [ENOTEMPTY] = "directory not empty",
    };
    uint64_t number = (uint64_t)-error;
    return number < sizeof text / sizeof text[0] && text[number] ? text[number] : "unknown error";
}

int complain(const char *name, const char *what, int64_t error)
{
    fprintf(2, "%s: %s: %s\n", name, what, error_text(error));
    return 1;
}

bool read_line(int fd, char *line, size_t size)
{
    size_t n = 0;
    char c;
    int64_t got;
    while ((got = read(fd, &c, 1)) == 1 && c != '\n')
        if (n < size - 1)
            line[n++] = c;
    line[n] = 0;
    return got == 1 || n > 0;
}

bool parse_number(const char *text, int64_t *number)
{
    bool negative = *text == '-';
    int64_t value = 0;
    text += negative;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || value > (INT64_MAX - 9) / 10)
            return false;
        value = value * 10 + (*text - '0');
    }
    *number = negative ? -value : value;
    return true;
}

int each_file(int argc, char *argv[], void (*use)(int fd, const char *name))
{
    int status = 0;
    if (argc == 0)
        use(0, "");
    for (int i = 0; i < argc; i++) {
        int fd = open(argv[i], O_READ);
        if (fd < 0) {
            status = complain("open", argv[i], fd);
            continue;
        }
        use(fd, argv[i]);
        close(fd);
    }
    return status;
}
