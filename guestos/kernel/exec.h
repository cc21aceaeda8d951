/* Programs into processes. */
#ifndef EXEC_H
#define EXEC_H

#include <stdint.h>

struct proc;

/* exec: the current process runs this program instead, with arguments from its own memory (a
 * user pointer to a list that NULL ends). Its identity, files and directory stay. On success the
 * number of arguments, to be left in a0; otherwise -E..., and nothing has changed. */
int64_t exec_current(const char *path, uint64_t user_arguments);

/* The same for a process that has run nothing yet: the arguments are the kernel's, the first of
 * them is the path. 0 or -E... */
int exec_first(struct proc *p, int count, const char *const arguments[]);

#endif
