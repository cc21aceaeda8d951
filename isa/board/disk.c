/* Disks on files. */
#define _GNU_SOURCE
#include "disk.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "priv.h"

enum { SECTOR = 512 };

/* ---- the file ----------------------------------------------------------------------------- */

/* Reads `size` bytes at `offset`; behind the end of the file they are zero. */
static bool read_file(struct disk *disk, uint64_t offset, uint8_t *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t count = pread(disk->fd, bytes + done, size - done, (off_t)(offset + done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        if (count == 0) {
            memset(bytes + done, 0, size - done);
            return true;
        }
        done += (size_t)count;
    }
    return true;
}

static bool write_file(struct disk *disk, uint64_t offset, const uint8_t *bytes, size_t size)
{
    disk->is_dirty = true;
    for (size_t done = 0; done < size;) {
        ssize_t count = pwrite(disk->fd, bytes + done, size - done, (off_t)(offset + done));
        if (count < 0 && errno != EINTR)
            return false;
        done += count > 0 ? (size_t)count : 0;
    }
    return true;
}

/* Notes why the host could not do something, the first time. */
static bool note(struct disk *disk, bool done)
{
    if (!done && !disk->error)
        disk->error = errno;
    return done;
}

/* ---- pages of a held disk ----------------------------------------------------------------- */

static bool is_loaded(const struct disk *disk, uint64_t frame)
{
    return disk->held.marks[frame] & FRAME_LOADED;
}

static uint8_t *page_at(const struct disk *disk, uint64_t frame)
{
    return disk->held.bytes + frame * PAGE_SIZE;
}

/* A page is about to be written: it comes from the file, and its old bytes are kept. */
static bool prepare_page(struct disk *disk, uint64_t frame)
{
    struct ram *held = &disk->held;
    if (!is_loaded(disk, frame) &&
        !read_file(disk, frame * PAGE_SIZE, page_at(disk, frame), PAGE_SIZE))
        return false;
    held->marks[frame] |= FRAME_LOADED;
    if (held->marks[frame] & FRAME_CLEAN)
        ram_touch(held, frame);
    return true;
}

/* Moves bytes within one page of a held disk. */
static bool move_held(struct disk *disk, uint64_t offset, uint8_t *bytes, size_t size,
                      bool is_write)
{
    uint64_t frame = offset / PAGE_SIZE;
    if (is_write && !prepare_page(disk, frame))
        return false;
    if (is_write)
        memcpy(disk->held.bytes + offset, bytes, size);
    else if (is_loaded(disk, frame))
        memcpy(bytes, disk->held.bytes + offset, size);
    else
        return read_file(disk, offset, bytes, size);
    return true;
}

static bool transfer_held(struct disk *disk, uint64_t offset, uint8_t *bytes, size_t size,
                          bool is_write)
{
    for (size_t done = 0, part; done < size; done += part) {
        size_t room = PAGE_SIZE - (offset + done) % PAGE_SIZE;
        part = size - done < room ? size - done : room;
        if (!move_held(disk, offset + done, bytes + done, part, is_write))
            return false;
    }
    return true;
}

/* ---- the back end ------------------------------------------------------------------------- */

static bool transfer(struct disk_backend *backend, uint64_t sector, void *buffer, size_t size,
                     bool is_write)
{
    struct disk *disk = (struct disk *)backend;
    uint64_t offset = sector * SECTOR;
    if (disk->is_held)
        return note(disk, transfer_held(disk, offset, buffer, size, is_write));
    return note(disk, is_write ? write_file(disk, offset, buffer, size)
                               : read_file(disk, offset, buffer, size));
}

static bool flush(struct disk_backend *backend)
{
    struct disk *disk = (struct disk *)backend;
    bool done = !disk->is_dirty || fdatasync(disk->fd) == 0;
    disk->is_dirty = disk->is_dirty && !done;
    return note(disk, done);
}

/* ---- opening and closing ------------------------------------------------------------------ */

/* Where a file system knows no locks, we do without. The locks are those of QEMU's kind, so that
 * it, too, notices. */
static bool lock(int fd, bool is_exclusive)
{
    struct flock whole = {.l_type = is_exclusive ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_SETLK, &whole) == 0 || (errno != EAGAIN && errno != EACCES);
}

/* NULL, or what is wrong with it as a disk. */
static const char *measure(struct disk *disk)
{
    struct stat stat;
    if (fstat(disk->fd, &stat) < 0)
        return strerror(errno);
    if (!S_ISREG(stat.st_mode) && !S_ISBLK(stat.st_mode))
        return "neither a regular file nor a block device";
    off_t size = lseek(disk->fd, 0, SEEK_END);
    if (size < 0)
        return strerror(errno);
    if (size == 0)
        return "an empty file is no disk";
    disk->backend.sectors = ((uint64_t)size + SECTOR - 1) / SECTOR;
    return NULL;
}

/* The pages of a held disk cost nothing until they are written. */
static const char *hold(struct disk *disk)
{
    uint64_t pages = (disk->backend.sectors * SECTOR + PAGE_SIZE - 1) / PAGE_SIZE;
    disk->is_held = true;
    return ram_init(&disk->held, 0, pages * PAGE_SIZE) ? NULL : strerror(errno);
}

static const char *prepare(struct disk *disk, enum disk_mode mode)
{
    if (disk->fd < 0)
        return strerror(errno);
    if (!lock(disk->fd, mode == DISK_WRITABLE))
        return "in use by another program, or given twice";
    const char *wrong = measure(disk);
    if (!wrong && mode == DISK_HELD)
        wrong = hold(disk);
    return wrong;
}

/* Nothing that is not a file is waited for: O_NONBLOCK, for a FIFO would be. */
bool disk_open(struct disk *disk, const char *path, enum disk_mode mode, char *error,
               size_t error_size)
{
    int how = mode == DISK_WRITABLE ? O_RDWR : O_RDONLY;
    *disk = (struct disk){
        .backend = {.is_read_only = mode == DISK_READ_ONLY, .transfer = transfer, .flush = flush},
        .fd = open(path, how | O_CLOEXEC | O_NONBLOCK)};
    const char *wrong = prepare(disk, mode);
    if (!wrong)
        return true;
    snprintf(error, error_size, "%s: %s", path, wrong);
    disk_close(disk);
    return false;
}

bool disk_close(struct disk *disk)
{
    if (disk->fd >= 0) {
        flush(&disk->backend);
        note(disk, close(disk->fd) == 0);
    }
    ram_free(&disk->held);
    disk->fd = -1;
    return !disk->error;
}

/* ---- checkpoints -------------------------------------------------------------------------- */

static void for_each_held(const struct platform *platform, void (*visit)(struct ram *held))
{
    for (unsigned i = 0; i < VIRTIO_DISKS; i++) {
        struct disk *disk = (struct disk *)platform->disk[i];
        if (!disk)
            continue;
        assert((disk->is_held || disk->backend.is_read_only) && "a file cannot go back");
        if (disk->is_held)
            visit(&disk->held);
    }
}

static void roll_back(struct ram *held)
{
    ram_rollback(held);
}

void disks_checkpoint(const struct platform *platform)
{
    for_each_held(platform, ram_checkpoint);
}

void disks_rollback(const struct platform *platform)
{
    for_each_held(platform, roll_back);
}

void disks_forget(const struct platform *platform)
{
    for_each_held(platform, ram_forget);
}

/* The first byte of a page that differs; NEVER. */
static uint64_t page_difference(struct disk *a, struct disk *b, uint64_t frame)
{
    uint8_t bytes[2][PAGE_SIZE];
    transfer_held(a, frame * PAGE_SIZE, bytes[0], PAGE_SIZE, false);
    transfer_held(b, frame * PAGE_SIZE, bytes[1], PAGE_SIZE, false);
    for (unsigned i = 0; i < PAGE_SIZE; i++)
        if (bytes[0][i] != bytes[1][i])
            return frame * PAGE_SIZE + i;
    return NEVER;
}

/* The same of the pages that are `written`, which may be one side's alone. */
static uint64_t first_difference(struct disk *a, struct disk *b, const struct ram *written)
{
    uint64_t first = NEVER;
    for (uint64_t i = 0; i < written->written_count; i++) {
        uint64_t at = page_difference(a, b, written->written[i]);
        first = at < first ? at : first;
    }
    return first;
}

bool disk_differs(struct disk_backend *backend_a, struct disk_backend *backend_b, uint64_t *at)
{
    struct disk *a = (struct disk *)backend_a, *b = (struct disk *)backend_b;
    uint64_t of_a = first_difference(a, b, &a->held), of_b = first_difference(a, b, &b->held);
    *at = of_a < of_b ? of_a : of_b;
    return *at != NEVER;
}
