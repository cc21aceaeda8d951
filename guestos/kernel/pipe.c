/* Pipes. A pipe is one page: a ring of bytes with counts that only grow; their difference is
 * what the ring holds, and their remainder is where in the ring. */
#include "pipe.h"

#include "abi.h"
#include "page.h"
#include "priv.h"
#include "sched.h"
#include "usercopy.h"

enum { RING_BYTES = 2048 };

struct pipe {
    bool has_reader, has_writer;
    uint64_t written, read;
    struct proc_list readers, writers;
    uint8_t ring[RING_BYTES];
};

_Static_assert(sizeof(struct pipe) <= PAGE_SIZE, "a pipe must fit in a page");

static uint64_t least(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

struct pipe *pipe_make(void)
{
    struct pipe *pipe = page_take();
    if (pipe)
        *pipe = (struct pipe){.has_reader = true, .has_writer = true};
    return pipe;
}

void pipe_close(struct pipe *pipe, bool writing_end)
{
    if (writing_end)
        pipe->has_writer = false;
    else
        pipe->has_reader = false;
    sched_wake(&pipe->readers);
    sched_wake(&pipe->writers);
    if (!pipe->has_reader && !pipe->has_writer)
        page_put(pipe);
}

int64_t pipe_read(struct pipe *pipe, uint64_t user, uint64_t n)
{
    while (pipe->written == pipe->read) {
        if (!pipe->has_writer || n == 0)
            return 0;
        if (!sched_block(&pipe->readers))
            return -EINTR;
    }
    uint64_t done = 0;
    while (done < n && pipe->read < pipe->written) {
        uint64_t at = pipe->read % RING_BYTES;
        uint64_t piece = least(n - done, pipe->written - pipe->read, RING_BYTES - at);
        if (!copy_to_user(user + done, pipe->ring + at, piece))
            return done ? (int64_t)done : -EFAULT;
        pipe->read += piece;
        done += piece;
    }
    sched_wake(&pipe->writers);
    return (int64_t)done;
}

int64_t pipe_write(struct pipe *pipe, uint64_t user, uint64_t n)
{
    uint64_t done = 0;
    while (done < n) {
        if (!pipe->has_reader)
            return -EPIPE;
        uint64_t room = RING_BYTES - (pipe->written - pipe->read);
        if (room == 0) {
            if (!sched_block(&pipe->writers))
                return -EINTR;
            continue;
        }
        uint64_t at = pipe->written % RING_BYTES;
        uint64_t piece = least(n - done, room, RING_BYTES - at);
        if (!copy_from_user(pipe->ring + at, user + done, piece))
            return done ? (int64_t)done : -EFAULT;
        pipe->written += piece;
        done += piece;
        sched_wake(&pipe->readers);
    }
    return (int64_t)done;
}
