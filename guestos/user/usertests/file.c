/* Tests of files, directories and pipes. They run in /tmp and leave nothing there. */
#include "usertests.h"

static int open_or_fail(const char *path, int flags)
{
    int fd = open(path, flags);
    check(fd >= 0);
    return fd;
}

static uint64_t size_of(const char *path)
{
    struct stat info;
    check(stat(path, &info) == 0);
    return info.size;
}

static void write_file(const char *path, int flags, const char *text)
{
    int fd = open_or_fail(path, O_WRITE | flags);
    write_all(fd, text, strlen(text));
    check(close(fd) == 0);
}

static bool has_text(const char *path, const char *text)
{
    char buffer[128];
    int fd = open_or_fail(path, O_READ);
    int64_t n = read(fd, buffer, sizeof buffer);
    check(close(fd) == 0);
    return n == (int64_t)strlen(text) && memcmp(buffer, text, (size_t)n) == 0;
}

void test_files_keep_what_is_written(void)
{
    char c;
    struct stat info;
    write_file("f", O_CREATE, "some words\n");
    check(has_text("f", "some words\n"));
    int fd = open_or_fail("f", O_READ);
    check(fstat(fd, &info) == 0 && info.type == TYPE_FILE && info.size == 11);
    check(read(fd, &c, 0) == 0);
    check(read(fd, &c, 1) == 1 && c == 's');
    check(write(fd, "x", 1) == -EBADF);
    check(close(fd) == 0 && close(fd) == -EBADF);
    fd = open_or_fail("f", O_WRITE);
    check(read(fd, &c, 1) == -EBADF);
    write_all(fd, "S", 1);
    check(has_text("f", "Some words\n"));
    check(unlink("f") == 0);
    check(open("f", O_READ) == -ENOENT);
}

void test_files_span_pages(void)
{
    enum { BYTES = 5 * PAGE + 100, PIECE = 700 };
    static unsigned char buffer[PIECE];
    uint64_t done = 0;
    int fd = open_or_fail("big", O_WRITE | O_CREATE);
    for (done = 0; done < BYTES; done += PIECE) {
        for (uint64_t i = 0; i < PIECE; i++)
            buffer[i] = (unsigned char)((done + i) % 251);
        write_all(fd, buffer, PIECE);
    }
    close(fd);
    check(size_of("big") == done);
    fd = open_or_fail("big", O_READ);
    uint64_t at = 0;
    int64_t n;
    while ((n = read(fd, buffer, 512)) > 0)
        for (int64_t i = 0; i < n; i++, at++)
            check(buffer[i] == at % 251);
    check(at == done);
    check(unlink("big") == 0);
}

void test_append_goes_to_the_end(void)
{
    write_file("f", O_CREATE, "one ");
    int first = open_or_fail("f", O_WRITE | O_APPEND),
        second = open_or_fail("f", O_WRITE | O_APPEND);
    write_all(first, "two ", 4);
    write_all(second, "three ", 6);
    write_all(first, "four", 4);
    check(has_text("f", "one two three four"));
    check(unlink("f") == 0);
}

void test_truncate_empties(void)
{
    write_file("f", O_CREATE, "long and old");
    write_file("f", O_TRUNCATE, "new");
    check(has_text("f", "new"));
    close(open_or_fail("f", O_READ | O_TRUNCATE)); /* reading alone empties nothing */
    check(has_text("f", "new"));
    check(unlink("f") == 0);
}

void test_packed_files_can_change(void)
{
    char line[64];
    uint64_t size = size_of("/etc/note");
    write_file("/etc/note", O_APPEND, "more\n");
    check(size_of("/etc/note") == size + 5);
    int fd = open_or_fail("/etc/note", O_READ);
    check(read_line(fd, line, sizeof line));
    check(strcmp(line, "usertests adds to this file.") == 0);
}

void test_an_open_file_outlives_its_name(void)
{
    char text[4];
    write_file("f", O_CREATE, "here");
    int fd = open_or_fail("f", O_READ);
    check(unlink("f") == 0);
    check(open("f", O_READ) == -ENOENT);
    write_file("f", O_CREATE, "anew");
    check(read(fd, text, 4) == 4 && memcmp(text, "here", 4) == 0);
    check(has_text("f", "anew"));
    check(unlink("f") == 0);
}

void test_open_refuses(void)
{
    check(open("nothing", O_READ) == -ENOENT);
    check(open("", O_READ) == -ENOENT);
    check(open("", O_READ | O_CREATE) == -ENOENT);
    check(open("no/where", O_WRITE | O_CREATE) == -ENOENT);
    check(open("/etc", O_READ | O_WRITE) == -EISDIR);
    check(open("/etc/motd/x", O_READ) == -ENOTDIR);
    check(open("/etc/motd/", O_READ) == -ENOTDIR);
    check(open("/etc/motd", 0) == -EINVAL);
    check(open("/etc/motd", O_READ | 1024) == -EINVAL);
    check(read(open_or_fail("/etc", O_READ), &(char){0}, 1) == -EISDIR);
}

void test_descriptors_run_out(void)
{
    int fd, ends[2], last = -1, count = 0;
    while ((fd = open("/etc/motd", O_READ)) >= 0)
        last = fd, count++;
    check(fd == -EMFILE && count > 4 && last == FILES_PER_PROCESS - 1);
    check(dup(0) == -EMFILE);
    check(pipe(ends) == -EMFILE);
    check(close(last) == 0);
    check(pipe(ends) == -EMFILE); /* room for one end only */
    check(dup(0) == last);
}

void test_dup_shares_the_offset(void)
{
    char c;
    int fd = open_or_fail("/etc/motd", O_READ);
    int twin = dup(fd);
    check(twin > fd);
    check(read(fd, &c, 1) == 1 && c == 'W');
    check(read(twin, &c, 1) == 1 && c == 'e');
    check(dup2(fd, 9) == 9 && dup2(fd, 9) == 9 && dup2(fd, fd) == fd);
    check(close(fd) == 0 && close(twin) == 0);
    check(read(9, &c, 1) == 1 && c == 'l');
}

void test_bad_descriptors_are_refused(void)
{
    const int bad[] = {-1, 12, FILES_PER_PROCESS, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char c;
        struct stat info;
        struct dirent entry;
        check(read(bad[i], &c, 1) == -EBADF && write(bad[i], &c, 1) == -EBADF);
        check(close(bad[i]) == -EBADF && dup(bad[i]) == -EBADF && dup2(bad[i], 5) == -EBADF);
        check(fstat(bad[i], &info) == -EBADF && readdir(bad[i], &entry) == -EBADF);
    }
    check(dup2(0, FILES_PER_PROCESS) == -EBADF && dup2(0, -1) == -EBADF);
}

void test_directories_nest(void)
{
    char path[PATH_LENGTH + 1];
    check(mkdir("a") == 0 && mkdir("a/b") == 0 && mkdir("/tmp/a/b/c") == 0);
    check(chdir("a/b/c") == 0);
    check(getcwd(path, sizeof path) == 10 && strcmp(path, "/tmp/a/b/c") == 0);
    write_file("../f", O_CREATE, "f");
    check(has_text("/tmp/a/b/f", "f"));
    check(chdir("../../..") == 0);
    check(unlink("a") == -ENOTEMPTY && unlink("a/b") == -ENOTEMPTY);
    check(chdir("a/b/c") == 0);
    check(unlink("/tmp/a/b/c") == 0); /* where this process is */
    check(open("f", O_WRITE | O_CREATE) == -ENOENT);
    check(mkdir("d") == -ENOENT);
    check(chdir("..") == 0);
    check(unlink("f") == 0 && unlink("../b") == 0 && unlink("/tmp/a") == 0);
    check(chdir("/") == 0 && getcwd(path, sizeof path) == 1 && strcmp(path, "/") == 0);
}

void test_directories_are_sorted(void)
{
    static const char *const names[] = {"d/b", "d/c", "d/a", "d/aa"};
    struct dirent entry;
    check(mkdir("d") == 0);
    for (int i = 0; i < 4; i++)
        write_file(names[i], O_CREATE, "");
    int fd = open_or_fail("d", O_READ);
    for (int i = 0; i < 4; i++) {
        check(readdir(fd, &entry) == 1 && entry.type == TYPE_FILE);
        check(strcmp(entry.name, ((const char *[]){"a", "aa", "b", "c"})[i]) == 0);
    }
    check(readdir(fd, &entry) == 0 && readdir(fd, &entry) == 0);
    check(size_of("d") == 4);
    for (int i = 0; i < 4; i++)
        check(unlink(names[i]) == 0);
    check(unlink("d") == 0);
}

void test_directories_refuse(void)
{
    char small[4];
    check(mkdir("/etc") == -EEXIST && mkdir("/etc/motd") == -EEXIST && mkdir("/") == -EEXIST);
    check(mkdir("x/y") == -ENOENT && mkdir("/etc/motd/x") == -ENOTDIR);
    check(mkdir(".") == -EEXIST && mkdir("..") == -EEXIST);
    check(unlink("nothing") == -ENOENT && unlink("/") == -EINVAL);
    check(unlink(".") == -EINVAL && unlink("..") == -EINVAL);
    check(chdir("nothing") == -ENOENT && chdir("/etc/motd") == -ENOTDIR);
    check(readdir(open_or_fail("/etc/motd", O_READ), &(struct dirent){0}) == -ENOTDIR);
    check(getcwd(small, sizeof small) == -ENAMETOOLONG && getcwd(small, 0) == -EINVAL);
}

void test_paths_are_walked(void)
{
    struct stat one, other;
    check(stat("/etc/motd", &one) == 0);
    check(stat("//etc///motd", &other) == 0 && one.inode == other.inode);
    check(stat("/./etc/../etc/./motd", &other) == 0 && one.inode == other.inode);
    check(stat("/../../etc/motd", &other) == 0 && one.inode == other.inode);
    check(stat("../etc/motd", &other) == 0 && one.inode == other.inode);
    check(stat("/etc/", &other) == 0 && other.type == TYPE_DIRECTORY);
}

void test_long_names_are_refused(void)
{
    char name[2 * PATH_LENGTH];
    memset(name, 'n', sizeof name);
    name[NAME_LENGTH] = 0;
    close(open_or_fail(name, O_WRITE | O_CREATE));
    check(unlink(name) == 0);
    name[NAME_LENGTH] = 'n';
    name[NAME_LENGTH + 1] = 0;
    check(open(name, O_WRITE | O_CREATE) == -ENAMETOOLONG);
    name[NAME_LENGTH + 1] = 'n';
    name[sizeof name - 1] = 0;
    check(open(name, O_READ) == -ENAMETOOLONG);
}

void test_null_swallows(void)
{
    char c;
    int fd = open_or_fail("/dev/null", O_READ | O_WRITE);
    check(write(fd, "gone", 4) == 4);
    check(read(fd, &c, 1) == 0);
}

void test_pipes_carry_bytes(void)
{
    int ends[2];
    char text[16];
    struct stat info;
    check(pipe(ends) == 0);
    check(fstat(ends[0], &info) == 0 && info.type == TYPE_PIPE);
    check(write(ends[1], "one", 3) == 3 && write(ends[1], "two", 3) == 3);
    check(read(ends[0], text, 4) == 4 && memcmp(text, "onet", 4) == 0);
    check(read(ends[0], text, sizeof text) == 2 && memcmp(text, "wo", 2) == 0);
    check(write(ends[0], "x", 1) == -EBADF && read(ends[1], text, 1) == -EBADF);
}

void test_pipes_carry_much(void)
{
    enum { BYTES = 10000 };
    unsigned char piece[333];
    int ends[2], status, at = 0;
    check(pipe(ends) == 0);
    if (fork_or_fail() == 0) {
        static unsigned char all[BYTES];
        for (int i = 0; i < BYTES; i++)
            all[i] = (unsigned char)(i % 253);
        exit(write(ends[1], all, BYTES) == BYTES ? 0 : 1);
    }
    close(ends[1]);
    for (int64_t n; (n = read(ends[0], piece, sizeof piece)) > 0;)
        for (int64_t i = 0; i < n; i++, at++)
            check(piece[i] == at % 253);
    check(at == BYTES);
    check(wait(&status, 0) > 0 && status == 0);
}

void test_pipes_end(void)
{
    int ends[2];
    char c;
    check(pipe(ends) == 0);
    write_all(ends[1], "z", 1);
    close(ends[1]);
    check(read(ends[0], &c, 1) == 1 && c == 'z');
    check(read(ends[0], &c, 1) == 0 && read(ends[0], &c, 1) == 0);
}

static int broken[2];

static void write_until_it_breaks(void)
{
    static char much[3 * PAGE];
    close(broken[0]);
    check(write(broken[1], much, sizeof much) == -EPIPE);
}

void test_pipes_break(void)
{
    int status;
    check(pipe(broken) == 0);
    if (fork_or_fail() == 0) {
        write_until_it_breaks();
        exit(0);
    }
    yield(); /* the writer fills the pipe, and waits */
    close(broken[0]);
    check(wait(&status, 0) > 0 && status == 0);
    check(write(broken[1], "x", 1) == -EPIPE);
}
