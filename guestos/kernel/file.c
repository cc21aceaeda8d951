/* Open files. Reading and writing go by the type: bytes of an inode, a pipe, the console. */
#include "file.h"

#include <stddef.h>

#include "atomic.h"
#include "console.h"
#include "pipe.h"
#include "ramfs.h"
#include "usercopy.h"

struct file {
    uint32_t references; /* 0: this slot is free */
    unsigned flags;
    enum file_type type;
    struct inode *inode; /* of all types but pipes */
    struct pipe *pipe;
    uint64_t offset; /* bytes, or entries of a directory */
};

enum { FILES = 256 };
static struct file table[FILES];

static struct file *take(unsigned flags, enum file_type type)
{
    for (struct file *file = table; file < table + FILES; file++)
        if (file->references == 0) {
            *file = (struct file){.references = 1, .flags = flags, .type = type};
            return file;
        }
    return NULL;
}

struct file *file_open(struct inode *inode, unsigned flags)
{
    struct file *file = take(flags, inode_type(inode));
    if (file)
        file->inode = inode;
    return file;
}

struct file *file_open_pipe(struct pipe *pipe, unsigned flags)
{
    struct file *file = take(flags, TYPE_PIPE);
    if (file)
        file->pipe = pipe;
    return file;
}

struct file *file_hold(struct file *file)
{
    atomic_add(&file->references, 1);
    return file;
}

void file_put(struct file *file)
{
    if (atomic_add(&file->references, (uint32_t)-1))
        return;
    if (file->pipe)
        pipe_close(file->pipe, file->flags & O_WRITE);
    else
        inode_put(file->inode);
}

static int64_t read_inode(struct file *file, uint64_t user, uint64_t n)
{
    uint64_t done = 0, piece;
    while (done < n) {
        const uint8_t *bytes = inode_bytes(file->inode, file->offset, &piece);
        if (!piece)
            break;
        piece = piece < n - done ? piece : n - done;
        if (!copy_to_user(user + done, bytes, piece))
            return done ? (int64_t)done : -EFAULT;
        done += piece;
        file->offset += piece;
    }
    return (int64_t)done;
}

static int64_t write_inode(struct file *file, uint64_t user, uint64_t n)
{
    uint64_t done = 0, piece;
    if (file->flags & O_APPEND)
        file->offset = inode_size(file->inode);
    while (done < n) {
        uint8_t *room = inode_room(file->inode, file->offset, &piece);
        if (!room)
            return done ? (int64_t)done : -EFBIG;
        piece = piece < n - done ? piece : n - done;
        if (!copy_from_user(room, user + done, piece))
            return done ? (int64_t)done : -EFAULT;
        done += piece;
        file->offset += piece;
        inode_written(file->inode, file->offset);
    }
    return (int64_t)done;
}

int64_t file_read(struct file *file, uint64_t user, uint64_t n)
{
    if (!(file->flags & O_READ))
        return -EBADF;
    switch (file->type) {
    case TYPE_FILE:
        return read_inode(file, user, n);
    case TYPE_DIRECTORY:
        return -EISDIR;
    case TYPE_CONSOLE:
        return console_read(user, n);
    case TYPE_NULL:
        return 0;
    case TYPE_PIPE:
        return pipe_read(file->pipe, user, n);
    }
    return -EBADF;
}

int64_t file_write(struct file *file, uint64_t user, uint64_t n)
{
    if (!(file->flags & O_WRITE))
        return -EBADF;
    switch (file->type) {
    case TYPE_FILE:
        return write_inode(file, user, n);
    case TYPE_DIRECTORY:
        return -EISDIR;
    case TYPE_CONSOLE:
        return console_write(user, n);
    case TYPE_NULL:
        return (int64_t)n;
    case TYPE_PIPE:
        return pipe_write(file->pipe, user, n);
    }
    return -EBADF;
}

int64_t file_read_entry(struct file *file, struct dirent *entry)
{
    if (file->type != TYPE_DIRECTORY)
        return -ENOTDIR;
    int more = inode_entry(file->inode, file->offset, entry);
    file->offset += (uint64_t)more;
    return more;
}

void file_describe(const struct file *file, struct stat *stat)
{
    if (file->pipe)
        *stat = (struct stat){.type = TYPE_PIPE};
    else
        inode_describe(file->inode, stat);
}
