/* Open files: what a descriptor stands for. Several descriptors may share one, and its offset. */
#ifndef FILE_H
#define FILE_H

#include <stdint.h>

#include "abi.h"

struct file;
struct inode;
struct pipe;

/* Opens an inode, whose reference the file takes over on success; flags as for open. NULL if
 * there are too many files. */
struct file *file_open(struct inode *inode, unsigned flags);

/* Opens one end of a pipe: flags is O_READ or O_WRITE. */
struct file *file_open_pipe(struct pipe *pipe, unsigned flags);

struct file *file_hold(struct file *file);
void file_put(struct file *file);

/* Read into, or write from, n bytes of the current process's memory. The number of bytes done,
 * 0 at the end of the file, or -E... */
int64_t file_read(struct file *file, uint64_t user, uint64_t n);
int64_t file_write(struct file *file, uint64_t user, uint64_t n);

/* The next entry of a directory: 1, or 0 at the end. */
int64_t file_read_entry(struct file *file, struct dirent *entry);

void file_describe(const struct file *file, struct stat *stat);

#endif
