/* The system calls about files. A descriptor is an index into the process's own array; the
 * functions here turn it into a file, or a path into an inode, and are otherwise thin. */
#include <stddef.h>

#include "abi.h"
#include "file.h"
#include "pipe.h"
#include "ramfs.h"
#include "sched.h"
#include "syscall.h"
#include "usercopy.h"

enum { OPEN_FLAGS = O_READ | O_WRITE | O_CREATE | O_TRUNCATE | O_APPEND };

static struct file *file_of(uint64_t fd)
{
    return fd < FILES_PER_PROCESS ? current->file[fd] : NULL;
}

/* Gives the file the lowest free descriptor; without one, -EMFILE, and the file is put. */
static int64_t install(struct file *file)
{
    for (int fd = 0; fd < FILES_PER_PROCESS; fd++)
        if (!current->file[fd]) {
            current->file[fd] = file;
            return fd;
        }
    file_put(file);
    return -EMFILE;
}

int64_t sys_read(const uint64_t argument[])
{
    struct file *file = file_of(argument[0]);
    if (!file)
        return -EBADF;
    return is_user_range(argument[1], argument[2]) ? file_read(file, argument[1], argument[2])
                                                   : -EFAULT;
}

int64_t sys_write(const uint64_t argument[])
{
    struct file *file = file_of(argument[0]);
    if (!file)
        return -EBADF;
    return is_user_range(argument[1], argument[2]) ? file_write(file, argument[1], argument[2])
                                                   : -EFAULT;
}

/* Finds or makes the inode that open was asked for, and holds it. */
static int find_or_create(const char *path, uint64_t flags, struct inode **inode)
{
    int error = inode_lookup(current->directory, path, inode);
    if (error == -ENOENT && flags & O_CREATE)
        error = inode_create(current->directory, path, TYPE_FILE, inode);
    return error;
}

int64_t sys_open(const uint64_t argument[])
{
    uint64_t flags = argument[1];
    char path[PATH_LENGTH + 1];
    struct inode *inode;
    int64_t length = string_from_user(path, argument[0], sizeof path);
    if (length < 0)
        return length;
    if (flags & ~(uint64_t)OPEN_FLAGS || !(flags & (O_READ | O_WRITE)))
        return -EINVAL;
    int error = find_or_create(path, flags, &inode);
    if (error)
        return error;
    struct file *file = NULL;
    if (inode_type(inode) == TYPE_DIRECTORY && flags & O_WRITE)
        error = -EISDIR;
    else if (!(file = file_open(inode, (unsigned)flags)))
        error = -ENFILE;
    if (error) {
        inode_put(inode);
        return error;
    }
    int64_t fd = install(file);
    if (fd >= 0 && flags & O_TRUNCATE && flags & O_WRITE && inode_type(inode) == TYPE_FILE)
        inode_truncate(inode);
    return fd;
}

int64_t sys_close(const uint64_t argument[])
{
    struct file *file = file_of(argument[0]);
    if (!file)
        return -EBADF;
    current->file[argument[0]] = NULL;
    file_put(file);
    return 0;
}

/* Opens both ends of a new pipe; all or nothing. */
static int64_t open_pipe(int fd[2])
{
    struct pipe *pipe = pipe_make();
    if (!pipe)
        return -ENOMEM;
    struct file *reader = file_open_pipe(pipe, O_READ);
    if (!reader)
        pipe_close(pipe, false);
    struct file *writer = file_open_pipe(pipe, O_WRITE);
    if (!writer)
        pipe_close(pipe, true);
    if (!reader || !writer) {
        if (reader)
            file_put(reader);
        if (writer)
            file_put(writer);
        return -ENFILE;
    }
    fd[0] = (int)install(reader);
    fd[1] = (int)install(writer);
    if (fd[0] >= 0 && fd[1] >= 0)
        return 0;
    if (fd[0] >= 0)
        sys_close(&(uint64_t){(uint64_t)fd[0]});
    return -EMFILE;
}

int64_t sys_pipe(const uint64_t argument[])
{
    int fd[2];
    int64_t error = open_pipe(fd);
    if (error)
        return error;
    if (copy_to_user(argument[0], fd, sizeof fd))
        return 0;
    sys_close(&(uint64_t){(uint64_t)fd[0]});
    sys_close(&(uint64_t){(uint64_t)fd[1]});
    return -EFAULT;
}

int64_t sys_dup(const uint64_t argument[])
{
    struct file *file = file_of(argument[0]);
    return file ? install(file_hold(file)) : -EBADF;
}

int64_t sys_dup2(const uint64_t argument[])
{
    struct file *file = file_of(argument[0]);
    uint64_t to = argument[1];
    if (!file || to >= FILES_PER_PROCESS)
        return -EBADF;
    struct file *old = current->file[to];
    current->file[to] = file_hold(file);
    if (old)
        file_put(old);
    return (int64_t)to;
}

/* The inode at a path in the program's memory, held. */
static int64_t lookup(uint64_t user_path, struct inode **inode)
{
    char path[PATH_LENGTH + 1];
    int64_t length = string_from_user(path, user_path, sizeof path);
    return length < 0 ? length : inode_lookup(current->directory, path, inode);
}

int64_t sys_chdir(const uint64_t argument[])
{
    struct inode *inode;
    int64_t error = lookup(argument[0], &inode);
    if (error)
        return error;
    if (inode_type(inode) != TYPE_DIRECTORY) {
        inode_put(inode);
        return -ENOTDIR;
    }
    inode_put(current->directory);
    current->directory = inode;
    return 0;
}

int64_t sys_getcwd(const uint64_t argument[])
{
    char path[PATH_LENGTH + 1];
    uint64_t size = argument[1] < sizeof path ? argument[1] : sizeof path;
    if (size == 0)
        return -EINVAL;
    int error = inode_path(current->directory, path, size);
    if (error)
        return error;
    int64_t n = 0;
    while (path[n])
        n++;
    return copy_to_user(argument[0], path, (size_t)n + 1) ? n : -EFAULT;
}

int64_t sys_mkdir(const uint64_t argument[])
{
    char path[PATH_LENGTH + 1];
    struct inode *inode;
    int64_t length = string_from_user(path, argument[0], sizeof path);
    if (length < 0)
        return length;
    int error = inode_create(current->directory, path, TYPE_DIRECTORY, &inode);
    if (!error)
        inode_put(inode);
    return error;
}

int64_t sys_unlink(const uint64_t argument[])
{
    char path[PATH_LENGTH + 1];
    int64_t length = string_from_user(path, argument[0], sizeof path);
    return length < 0 ? length : inode_unlink(current->directory, path);
}

int64_t sys_readdir(const uint64_t argument[])
{
    struct file *file = file_of(argument[0]);
    struct dirent entry;
    if (!file)
        return -EBADF;
    int64_t more = file_read_entry(file, &entry);
    return more == 1 && !copy_to_user(argument[1], &entry, sizeof entry) ? -EFAULT : more;
}

int64_t sys_fstat(const uint64_t argument[])
{
    struct file *file = file_of(argument[0]);
    struct stat stat;
    if (!file)
        return -EBADF;
    file_describe(file, &stat);
    return copy_to_user(argument[1], &stat, sizeof stat) ? 0 : -EFAULT;
}

int64_t sys_stat(const uint64_t argument[])
{
    struct inode *inode;
    struct stat stat;
    int64_t error = lookup(argument[0], &inode);
    if (error)
        return error;
    inode_describe(inode, &stat);
    inode_put(inode);
    return copy_to_user(argument[1], &stat, sizeof stat) ? 0 : -EFAULT;
}
