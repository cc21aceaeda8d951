/* What a program may use: the system calls and the library. Calls give -E... on failure. */
#ifndef USER_H
#define USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"

/* Processes. fork gives 0 in the child, whose memory is a copy of its own. exec runs another
 * program in this process; argv ends with NULL. exit ends with a status from 0 to 255. wait gives
 * the pid of a child that ended, and its status if a pointer is given. kill ends a process, or,
 * negated, a group. */
int fork(void);
int exec(const char *path, char *const argv[]);
_Noreturn void exit(int status);
int wait(int *status, int flags);
int kill(int pid);
int getpid(void);
int yield(void);
int setgroup(int pid, int group); /* 0: this process; 0: the group of its own pid */
int foreground(int group);        /* whom ^C kills; 0: nobody */

/* Memory: moves the end of the heap and gives the old end. New memory is zero. */
int64_t sbrk(int64_t bytes);

/* Time in milliseconds */
int sleep(unsigned ms);
int64_t uptime(void);

/* Files. read and write give the number of bytes, 0 at the end. dup shares the offset. */
int64_t read(int fd, void *buffer, size_t n);
int64_t write(int fd, const void *buffer, size_t n);
int open(const char *path, int flags);
int close(int fd);
int pipe(int fd[2]); /* fd[0] reads what fd[1] writes */
int dup(int fd);
int dup2(int fd, int to);
int chdir(const char *path);
int getcwd(char *path, size_t size);
int mkdir(const char *path);
int unlink(const char *path);              /* of a file, or of an empty directory */
int readdir(int fd, struct dirent *entry); /* 1, or 0 at the end */
int fstat(int fd, struct stat *stat);
int stat(const char *path, struct stat *stat);

/* The machine */
int shutdown(int how, int status);             /* a status other than 0 is reported as a failure */
int procinfo(int slot, struct procinfo *info); /* the slot to ask for next, or 0 at the end */
int sysinfo(struct sysinfo *info);
int exitinfo(int number, struct exitinfo *info); /* 1; 0: no hypervisor says, or not so many */

/* Formatted output: to standard output, or to any descriptor. Nobody to read it ends the
 * program. */
__attribute__((format(printf, 1, 2))) void printf(const char *text, ...);
__attribute__((format(printf, 2, 3))) void fprintf(int fd, const char *text, ...);

/* Prints "name: what: why" to standard error; error is negative. Gives 1, an exit status. */
int complain(const char *name, const char *what, int64_t error);

/* What an error means, in words. */
const char *error_text(int64_t error);

/* Writes all of it, or ends the program. */
void write_all(int fd, const void *buffer, size_t n);

/* Reads a line without its newline; false at the end of the file. Longer lines are cut. */
bool read_line(int fd, char *line, size_t size);

/* A decimal number; false if the text is something else. */
bool parse_number(const char *text, int64_t *number);

/* Opens for reading each file that is named, or standard input if none is, and gives it to
 * `use` with its name. The exit status: 1 if any file could not be opened. */
int each_file(int argc, char *argv[], void (*use)(int fd, const char *name));

#endif
