/* The console on the host: a terminal in raw mode, a pipe, or nothing at all.
 *
 * Bytes of the guest are collected and written at line ends, before waiting, and at the end. Bytes
 * for the guest are logged as they come, but only so many ahead: the rest stays with the host,
 * whose pipes know how to wait. While the guest waits, so does the host process, unless nothing can
 * come any more: then virtual time is free to run ahead, unless it is bound to the host's. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform.h"

struct pollfd;

/* What else comes from outside, waited for together with the console: the network. */
struct source {
    /* Fills in what is to be polled, at most `room`, and shortens the wait. Returns how many. */
    unsigned (*prepare)(struct source *source, struct pollfd *fds, unsigned room,
                        uint64_t *wait_ns);
    /* Logs what has come, of what was prepared last. */
    void (*take)(struct source *source, struct pollfd *fds, struct platform *platform);
    /* A frame of the guest's. */
    void (*send)(struct source *source, struct platform *platform, const uint8_t *frame,
                 size_t size);
};

struct console {
    struct source *source;     /* lent by whoever opened it; NULL: there is none */
    struct platform *platform; /* whose end it is */
    int in, out;               /* descriptors */
    bool is_open;              /* input may still come */
    bool is_terminal;          /* input is a terminal of ours: Ctrl-A is for us */
    bool is_escaped;           /* Ctrl-A was the last key */
    bool wants_to_quit;        /* Ctrl-A x */
    int error;                 /* errno of the write that failed; 0 */
    bool is_realtime;          /* host time and the clock go together, from these on */
    uint64_t host_start, clock_start;
    size_t used;
    uint8_t buffer[4096];
};

/* Opens a console, without another source, that writes to descriptor `out` and reads from `in` (-1:
 * no input). A terminal is put into raw mode, and back when the process ends, however it ends. */
void console_open(struct console *console, int in, int out);
void console_close(struct console *console);

/* Becomes the host's end of a platform's console and network: gets its output and frames, and waits
 * when it is idle. */
void console_attach(struct console *console, struct platform *platform);

/* From now on a second of the guest's takes one of the host's, busy or idle: a guest that runs
 * ahead is held back, one that falls behind has its clock put forward. Its calendar is the host's.
 */
void console_keep_time(struct console *console, struct platform *platform);

/* A byte from the guest. */
void console_put(struct console *console, uint8_t byte);
void console_flush(struct console *console);

/* Logs what has arrived, without waiting but for the host's time, if that is kept; stops the
 * platform (STOP_HOST) when the user quits or the output is gone. */
void console_poll(struct console *console, struct platform *platform);

/* The platform's idle callback. Waits for clock reading `until` to come in host time, or for input,
 * and gives the reading reached; when nothing can come, gives `until` at once. */
uint64_t console_idle(struct console *console, struct platform *platform, uint64_t until);

#endif
