/* The file system: a tree of inodes in memory. Every function that takes a path starts at `from`
 * unless the path starts with a slash. Errors are -E... of abi.h. */
#ifndef RAMFS_H
#define RAMFS_H

#include <stdint.h>

#include "abi.h"

struct inode;

/* Fills the tree from the archive that is linked into the kernel. */
void ramfs_init(void);

struct inode *inode_root(void);

/* One reference more, or less. An inode lives while it has a name or a reference. */
struct inode *inode_hold(struct inode *inode);
void inode_put(struct inode *inode);

/* Finds the inode at this path and holds it. */
int inode_lookup(struct inode *from, const char *path, struct inode **found);

/* Makes an empty inode of this type, and holds it. -EEXIST if there is one. */
int inode_create(struct inode *from, const char *path, enum file_type type, struct inode **made);

/* Takes a name away: that of a file, or of an empty directory. */
int inode_unlink(struct inode *from, const char *path);

/* Writes the path from the root, with its zero. -ENAMETOOLONG if it is longer than size. */
int inode_path(const struct inode *inode, char *path, uint64_t size);

enum file_type inode_type(const struct inode *inode);
uint64_t inode_size(const struct inode *inode);
void inode_describe(const struct inode *inode, struct stat *stat);

/* The directory's entry of this index in alphabetical order; 0 at the end, otherwise 1. */
int inode_entry(const struct inode *directory, uint64_t index, struct dirent *entry);

/* The file's bytes at this offset, and how many follow in one piece; none at the end. */
const uint8_t *inode_bytes(const struct inode *inode, uint64_t offset, uint64_t *n);

/* Room in the file at this offset, and how many bytes of it in one piece. Bytes between the
 * file's end and the offset become zeros. NULL if memory is short or the file would be too big. */
uint8_t *inode_room(struct inode *inode, uint64_t offset, uint64_t *n);

/* The file now reaches at least to this offset. */
void inode_written(struct inode *inode, uint64_t end);

/* Makes a file empty. */
void inode_truncate(struct inode *inode);

#endif
