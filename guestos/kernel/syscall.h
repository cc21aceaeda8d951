/* The system calls. */
#ifndef SYSCALL_H
#define SYSCALL_H

#include <stdint.h>

struct trapframe;

/* Does the call that the frame's a7 names, with the arguments in a0 to a5; leaves the result in
 * its a0. */
void syscall(struct trapframe *frame);

/* In sysfile.c: the calls about files. Each takes the arguments as registers hold them. */
int64_t sys_read(const uint64_t argument[]);
int64_t sys_write(const uint64_t argument[]);
int64_t sys_open(const uint64_t argument[]);
int64_t sys_close(const uint64_t argument[]);
int64_t sys_pipe(const uint64_t argument[]);
int64_t sys_dup(const uint64_t argument[]);
int64_t sys_dup2(const uint64_t argument[]);
int64_t sys_chdir(const uint64_t argument[]);
int64_t sys_getcwd(const uint64_t argument[]);
int64_t sys_mkdir(const uint64_t argument[]);
int64_t sys_unlink(const uint64_t argument[]);
int64_t sys_readdir(const uint64_t argument[]);
int64_t sys_fstat(const uint64_t argument[]);
int64_t sys_stat(const uint64_t argument[]);

#endif
