/* Pipes: bytes that one process writes and another reads. */
#ifndef PIPE_H
#define PIPE_H

#include <stdbool.h>
#include <stdint.h>

struct pipe;

/* A pipe with one reading and one writing end; NULL if memory is short. */
struct pipe *pipe_make(void);

/* Gives one end back; the second one frees the pipe. */
void pipe_close(struct pipe *pipe, bool writing_end);

/* Waits until there is something; 0 once it is empty and the writing end is closed. */
int64_t pipe_read(struct pipe *pipe, uint64_t user, uint64_t n);

/* Waits until all of it is written. -EPIPE if no one can read it any more. */
int64_t pipe_write(struct pipe *pipe, uint64_t user, uint64_t n);

#endif
