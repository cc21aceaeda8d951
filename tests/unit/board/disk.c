/* Disks on files: what goes to the file, and what a held disk keeps to itself. */
#define _GNU_SOURCE
#include "disk.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "files.h"
#include "priv.h"

enum { SECTOR = 512, SECTORS = 21, FILE_SIZE = SECTORS * SECTOR };

static char path[64];
static uint8_t content[FILE_SIZE];
static struct disk disk;
static char error[256];

static void given_a_file(void)
{
    for (unsigned i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i / SECTOR * 7 + i);
    strcpy(path, file_with(content, sizeof content));
}

static void remove_file(void)
{
    unlink(path);
}

static void open_as(enum disk_mode mode)
{
    cr_assert(disk_open(&disk, path, mode, error, sizeof error), "%s", error);
}

static bool move(uint64_t sector, void *buffer, size_t size, bool is_write)
{
    return disk.backend.transfer(&disk.backend, sector, buffer, size, is_write);
}

static void expect_on_disk(uint64_t sector, const uint8_t *bytes, size_t size)
{
    uint8_t seen[FILE_SIZE] = {0};
    cr_expect(move(sector, seen, size, false));
    cr_expect_arr_eq(seen, bytes, size);
}

static size_t file_now(uint8_t *bytes, size_t room)
{
    int fd = open(path, O_RDONLY);
    ssize_t size = read(fd, bytes, room);
    cr_assert_geq(size, 0);
    close(fd);
    return (size_t)size;
}

static void expect_file_untouched(void)
{
    uint8_t now[2 * FILE_SIZE];
    cr_expect_eq(file_now(now, sizeof now), FILE_SIZE);
    cr_expect_arr_eq(now, content, FILE_SIZE);
}

TestSuite(disk, .init = given_a_file, .fini = remove_file);

Test(disk, a_file_is_as_many_sectors_as_it_has)
{
    open_as(DISK_READ_ONLY);
    cr_expect_eq(disk.backend.sectors, SECTORS);
    cr_expect(disk.backend.is_read_only);
    expect_on_disk(0, content, sizeof content);
    expect_on_disk(9, content + 9 * SECTOR, 3 * SECTOR);
    cr_expect(disk_close(&disk));
}

Test(disk, what_is_written_is_in_the_file)
{
    uint8_t bytes[9 * SECTOR], now[FILE_SIZE];
    memset(bytes, 0x5a, sizeof bytes);
    open_as(DISK_WRITABLE);
    cr_expect_not(disk.backend.is_read_only);
    cr_expect(move(5, bytes, sizeof bytes, true));
    file_now(now, sizeof now);
    cr_expect_arr_eq(now + 5 * SECTOR, bytes, sizeof bytes);
    cr_expect_arr_eq(now, content, 5 * SECTOR);
    cr_expect_arr_eq(now + 14 * SECTOR, content + 14 * SECTOR, 7 * SECTOR);
    cr_expect(disk.backend.flush(&disk.backend));
    cr_expect_not(disk.is_dirty);
    cr_expect(disk_close(&disk));
}

Test(disk, the_rest_of_a_last_sector_is_zero_and_becomes_whole_when_written)
{
    uint8_t bytes[SECTOR] = {0}, now[FILE_SIZE + SECTOR];
    cr_assert_eq(truncate(path, FILE_SIZE - 100), 0);
    open_as(DISK_WRITABLE);
    cr_expect_eq(disk.backend.sectors, SECTORS);
    memcpy(bytes, content + FILE_SIZE - SECTOR, SECTOR - 100);
    expect_on_disk(SECTORS - 1, bytes, SECTOR);
    cr_expect(move(SECTORS - 1, bytes, SECTOR, true));
    cr_expect(disk_close(&disk));
    cr_expect_eq(file_now(now, sizeof now), FILE_SIZE);
}

Test(disk, a_held_disk_leaves_its_file_alone)
{
    uint8_t bytes[9 * SECTOR], whole[FILE_SIZE];
    memset(bytes, 0xa5, sizeof bytes);
    memcpy(whole, content, sizeof whole);
    memcpy(whole + 5 * SECTOR, bytes, sizeof bytes);
    open_as(DISK_HELD);
    cr_expect(move(5, bytes, sizeof bytes, true));
    expect_on_disk(0, whole, sizeof whole);
    expect_on_disk(13, whole + 13 * SECTOR, 2 * SECTOR);
    cr_expect(disk.backend.flush(&disk.backend));
    cr_expect(disk_close(&disk));
    expect_file_untouched();
}

Test(disk, a_held_disk_goes_back_to_its_checkpoint)
{
    struct platform platform = {.disk = {[2] = &disk.backend}};
    uint8_t first[SECTOR], second[2 * SECTOR];
    memset(first, 1, sizeof first);
    memset(second, 2, sizeof second);
    open_as(DISK_HELD);
    cr_expect(move(3, first, sizeof first, true));
    disks_checkpoint(&platform);
    for (int round = 0; round < 3; round++) {
        cr_expect(move(3, second, sizeof second, true));
        cr_expect(move(17, second, sizeof second, true));
        expect_on_disk(3, second, sizeof second);
        disks_rollback(&platform);
        expect_on_disk(3, first, SECTOR);
        expect_on_disk(4, content + 4 * SECTOR, SECTOR);
        expect_on_disk(17, content + 17 * SECTOR, 2 * SECTOR);
    }
    disks_forget(&platform);
    cr_expect(move(3, second, sizeof second, true));
    expect_on_disk(3, second, sizeof second);
    disk_close(&disk);
    expect_file_untouched();
}

Test(disk, a_difference_of_two_held_disks_is_found)
{
    struct disk other;
    uint64_t at;
    uint8_t bytes[SECTOR];
    memcpy(bytes, content + 12 * SECTOR, SECTOR);
    open_as(DISK_HELD);
    cr_assert(disk_open(&other, path, DISK_HELD, error, sizeof error), "%s", error);
    struct platform platform = {.disk = {&disk.backend, &other.backend}};
    disks_checkpoint(&platform);
    cr_expect_not(disk_differs(&disk.backend, &other.backend, &at));
    cr_expect(move(12, bytes, SECTOR, true));
    cr_expect_not(disk_differs(&disk.backend, &other.backend, &at), "the same bytes");
    bytes[100]++;
    cr_expect(move(12, bytes, SECTOR, true));
    cr_expect(disk_differs(&disk.backend, &other.backend, &at));
    cr_expect_eq(at, 12 * SECTOR + 100);
    cr_expect(disk_differs(&other.backend, &disk.backend, &at), "whoever of them wrote");
    cr_expect_eq(at, 12 * SECTOR + 100);
    cr_expect(other.backend.transfer(&other.backend, 12, bytes, SECTOR, true));
    cr_expect_not(disk_differs(&disk.backend, &other.backend, &at));
    disk_close(&disk);
    disk_close(&other);
}

static void expect_refused(const char *name, enum disk_mode mode, const char *why)
{
    struct disk refused;
    cr_expect_not(disk_open(&refused, name, mode, error, sizeof error), "%s", name);
    cr_expect_not_null(strstr(error, name), "'%s' does not name %s", error, name);
    cr_expect_not_null(strstr(error, why), "'%s' does not say %s", error, why);
    cr_expect_null(strchr(error, '\n'));
}

Test(disk, what_is_no_disk_is_refused_with_a_line)
{
    char fifo[80];
    snprintf(fifo, sizeof fifo, "%s.fifo", path);
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    expect_refused("/nowhere/disk", DISK_WRITABLE, "No such file");
    expect_refused("/tmp", DISK_WRITABLE, "Is a directory");
    expect_refused("/tmp", DISK_READ_ONLY, "neither a regular file nor a block device");
    expect_refused("/dev/zero", DISK_READ_ONLY, "neither a regular file nor a block device");
    expect_refused(fifo, DISK_READ_ONLY, "neither a regular file nor a block device");
    unlink(fifo);
    cr_assert_eq(truncate(path, 0), 0);
    expect_refused(path, DISK_WRITABLE, "empty");
}

Test(disk, a_disk_that_is_written_is_nobody_elses)
{
    open_as(DISK_WRITABLE);
    expect_refused(path, DISK_WRITABLE, "in use");
    expect_refused(path, DISK_READ_ONLY, "in use");
    expect_refused(path, DISK_HELD, "in use");
    disk_close(&disk);
    open_as(DISK_READ_ONLY);
    expect_refused(path, DISK_WRITABLE, "in use");
    struct disk reader;
    cr_expect(disk_open(&reader, path, DISK_HELD, error, sizeof error), "%s", error);
    disk_close(&reader);
    disk_close(&disk);
}

Test(disk, an_absurd_size_is_a_size)
{
    uint8_t bytes[SECTOR], zero[SECTOR] = {0};
    const uint64_t size = (uint64_t)1 << 40;
    cr_assert_eq(truncate(path, (off_t)size), 0);
    memset(bytes, 7, sizeof bytes);
    open_as(DISK_READ_ONLY);
    cr_expect_eq(disk.backend.sectors, size / SECTOR);
    expect_on_disk(size / SECTOR - 1, zero, SECTOR);
    disk_close(&disk);
}

/* A limit on the size of files stands for a full host disk. */
Test(disk, a_host_that_cannot_write_is_noted_once_and_for_all)
{
    struct rlimit limit = {.rlim_cur = 4 * SECTOR, .rlim_max = RLIM_INFINITY};
    uint8_t bytes[2 * SECTOR] = {0};
    signal(SIGXFSZ, SIG_IGN);
    open_as(DISK_WRITABLE);
    setrlimit(RLIMIT_FSIZE, &limit);
    cr_expect_not(move(8, bytes, sizeof bytes, true));
    cr_expect_eq(disk.error, EFBIG);
    cr_expect(move(0, bytes, sizeof bytes, true), "elsewhere it can");
    cr_expect_not(disk_close(&disk));
    cr_expect_eq(disk.error, EFBIG);
}
