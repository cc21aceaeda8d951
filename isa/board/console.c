/* Raw mode and its undoing, buffering, and waiting.
 *
 * The terminal outlives us, so what is needed to restore it is the one thing in Trapeze that signal
 * handlers must reach: a file-scope variable, written once. */
#define _GNU_SOURCE
#include "console.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "input.h"

enum { AHEAD = 4096, OTHERS = 256, CTRL_A = 1 };
#define NS_PER_S 1000000000u

static struct {
    int fd;
    volatile sig_atomic_t is_raw; /* `before` is what to restore */
    struct termios before, raw;
    struct sigaction old[NSIG];
} terminal;

static void restore(void)
{
    if (terminal.is_raw)
        tcsetattr(terminal.fd, TCSANOW, &terminal.before);
}

/* Restores, and lets the signal do what it would have done without us. */
static void die(int number)
{
    restore();
    sigaction(number, &terminal.old[number], NULL);
    raise(number);
}

/* What was ignored before (nohup) stays ignored. */
static void on_signal(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    struct sigaction old;
    sigaction(number, &action, &old);
    if (old.sa_handler == SIG_IGN)
        sigaction(number, &old, NULL);
    else if (old.sa_handler != handler)
        terminal.old[number] = old;
}

/* Going to sleep, and waking up, as a shell's job. */
static void suspend(int number)
{
    int saved = errno;
    restore();
    signal(number, SIG_DFL);
    raise(number);
    errno = saved;
}

static void resume(int number)
{
    int saved = errno;
    (void)number;
    on_signal(SIGTSTP, suspend);
    if (tcgetpgrp(terminal.fd) == getpgrp())
        tcsetattr(terminal.fd, TCSANOW, &terminal.raw);
    errno = saved;
}

/* Every key is the guest's, Ctrl-C too; output is left as it was, so that a bare newline still
 * returns the carriage. */
static void make_raw(int fd)
{
    static const int deadly[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT, SIGSEGV,
                                 SIGABRT, SIGBUS,  SIGFPE,  SIGILL,  SIGPIPE,
                                 SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU, SIGSYS};
    if (tcgetattr(fd, &terminal.before) < 0)
        return;
    terminal.fd = fd;
    terminal.raw = terminal.before;
    terminal.raw.c_iflag &=
        (tcflag_t) ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    terminal.raw.c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    terminal.raw.c_cc[VMIN] = 1;
    terminal.raw.c_cc[VTIME] = 0;
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
        on_signal(deadly[i], die);
    on_signal(SIGTSTP, suspend);
    on_signal(SIGCONT, resume);
    if (!terminal.is_raw)
        atexit(restore);
    terminal.is_raw = 1;
    tcsetattr(fd, TCSANOW, &terminal.raw);
}

void console_open(struct console *console, int in, int out)
{
    *console = (struct console){.in = in, .out = out, .is_open = in >= 0};
    console->is_terminal = console->is_open && isatty(in);
    if (console->is_terminal)
        make_raw(in);
}

void console_close(struct console *console)
{
    console_flush(console);
    if (console->is_terminal)
        restore();
    console->is_open = false;
}

/* A terminal or pipe that does not block is waited for. */
static bool write_some(struct console *console, size_t *done)
{
    ssize_t count = write(console->out, console->buffer + *done, console->used - *done);
    if (count > 0)
        *done += (size_t)count;
    if (count >= 0 || errno == EINTR)
        return true;
    if (errno != EAGAIN)
        return false;
    struct pollfd room = {.fd = console->out, .events = POLLOUT};
    poll(&room, 1, -1);
    return true;
}

void console_flush(struct console *console)
{
    for (size_t done = 0; done < console->used && !console->error;)
        if (!write_some(console, &done))
            console->error = errno;
    console->used = 0;
}

void console_put(struct console *console, uint8_t byte)
{
    console->buffer[console->used++] = byte;
    if (byte == '\n' || console->used == sizeof console->buffer)
        console_flush(console);
}

static void say(struct console *console, const char *text)
{
    for (; *text; text++)
        console_put(console, (uint8_t)*text);
    console_flush(console);
}

/* A key pressed after Ctrl-A: for us, except Ctrl-A itself. */
static void take_command(struct console *console, struct platform *platform, uint8_t key)
{
    switch (key) {
    case CTRL_A:
        input_append(platform, key);
        break;
    case 'x':
        console->wants_to_quit = true;
        break;
    case 'h':
        say(console, "\r\nCtrl-A x      quit\r\nCtrl-A Ctrl-A send Ctrl-A\r\n"
                     "Ctrl-A h      this help\r\n");
        break;
    default: /* any other key means nothing */
        break;
    }
}

/* A key that the guest has no room for is lost, as on any line; but a key for us is never. */
static void take_key(struct console *console, struct platform *platform, uint8_t key)
{
    bool is_command = console->is_escaped;
    console->is_escaped = console->is_terminal && !is_command && key == CTRL_A;
    if (is_command)
        take_command(console, platform, key);
    else if (!console->is_escaped && input_waiting(platform) < AHEAD)
        input_append(platform, key);
}

/* How many bytes to read now. A terminal is always read, for there may be a key for us; else no
 * more than may be logged ahead of the guest. */
static size_t input_room(const struct console *console, const struct platform *platform)
{
    size_t waiting = input_waiting(platform);
    size_t room = waiting < AHEAD ? AHEAD - waiting : 0;
    if (!console->is_open)
        return 0;
    return console->is_terminal ? AHEAD : room;
}

static void read_input(struct console *console, struct platform *platform)
{
    uint8_t keys[AHEAD];
    ssize_t count = read(console->in, keys, input_room(console, platform));
    if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN))
        console->is_open = false;
    for (ssize_t i = 0; i < count; i++)
        take_key(console, platform, keys[i]);
}

/* What is waited for: input that there is room for, and the other source. */
struct wait {
    struct pollfd input;
    struct pollfd others[OTHERS];
};

static struct timespec to_timespec(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
}

/* Waits up to `ns` (NEVER: for ever). */
static void await(struct console *console, const struct platform *platform, struct wait *wait,
                  uint64_t ns)
{
    struct source *source = console->source;
    wait->input =
        (struct pollfd){.fd = input_room(console, platform) ? console->in : -1, .events = POLLIN};
    nfds_t count = source ? source->prepare(source, wait->others, OTHERS, &ns) : 0;
    struct timespec time = to_timespec(ns);
    if (ppoll(&wait->input, 1 + count, ns == NEVER ? NULL : &time, NULL) >= 0)
        return;
    wait->input.revents = 0;
    for (nfds_t i = 0; i < count; i++)
        wait->others[i].revents = 0;
}

/* Logs what came. */
static void take(struct console *console, struct platform *platform, struct wait *wait)
{
    if (wait->input.revents)
        read_input(console, platform);
    if (console->source)
        console->source->take(console->source, wait->others, platform);
    if (console->wants_to_quit || console->error)
        platform_stop(platform, STOP_HOST, 0);
}

static bool may_come(const struct console *console)
{
    return console->is_open || console->source;
}

static uint64_t host_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

void console_keep_time(struct console *console, struct platform *platform)
{
    uint64_t now = clock_now(&platform->s.clock);
    console->is_realtime = true;
    console->host_start = host_ns(CLOCK_MONOTONIC);
    console->clock_start = now;
    platform->s.rtc.offset = host_ns(CLOCK_REALTIME) - RTC_EPOCH_NS - now * NS_PER_STEP;
}

/* What the clock should be at, by the host's time. */
static uint64_t host_clock(const struct console *console)
{
    return console->clock_start + (host_ns(CLOCK_MONOTONIC) - console->host_start) / NS_PER_STEP;
}

/* Puts a clock that is behind forward; of one that is ahead, says how many ns. */
static uint64_t catch_up(const struct console *console, struct platform *platform)
{
    uint64_t now = clock_now(&platform->s.clock), host = host_clock(console);
    platform_pass(platform, host);
    return now > host ? (now - host) * NS_PER_STEP : 0;
}

void console_poll(struct console *console, struct platform *platform)
{
    struct wait wait = {0};
    uint64_t ahead = console->is_realtime ? catch_up(console, platform) : 0;
    console_flush(console);
    if (may_come(console) || ahead)
        await(console, platform, &wait, ahead);
    take(console, platform, &wait);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Waits for host time to do what guest time would in `steps`, or for something to come. Gives the
 * steps' time that passed. */
static uint64_t wait_steps(struct console *console, const struct platform *platform,
                           struct wait *wait, uint64_t steps)
{
    uint64_t start = host_ns(CLOCK_MONOTONIC);
    await(console, platform, wait, steps < NEVER / NS_PER_STEP ? steps * NS_PER_STEP : NEVER);
    return least(steps, (host_ns(CLOCK_MONOTONIC) - start) / NS_PER_STEP);
}

/* True when the guest need not wait: nothing can come, and its time is its own. */
static bool is_free(const struct console *console)
{
    return !may_come(console) && !console->is_realtime;
}

/* What came is logged at the reading that the wait led to: then the log tells all of it. */
uint64_t console_idle(struct console *console, struct platform *platform, uint64_t until)
{
    uint64_t now = clock_now(&platform->s.clock);
    struct wait wait;
    console_flush(console);
    bool can_wake = input_room(console, platform) > 0 || console->source;
    if (is_free(console) || until <= now || (until == NEVER && !can_wake))
        return until;
    if (console->is_realtime) {
        catch_up(console, platform); /* an idle guest is not ahead by more than a slice */
        now = least(clock_now(&platform->s.clock), until);
    }
    uint64_t reached = now + wait_steps(console, platform, &wait, until - now);
    platform_pass(platform, reached);
    take(console, platform, &wait);
    return is_free(console) ? until : reached;
}

static void output(void *host, uint8_t byte)
{
    console_put(host, byte);
}

static void send(void *host, const uint8_t *frame, size_t size)
{
    struct console *console = host;
    if (console->source)
        console->source->send(console->source, console->platform, frame, size);
}

static uint64_t idle(void *host, struct platform *platform, uint64_t until)
{
    return console_idle(host, platform, until);
}

void console_attach(struct console *console, struct platform *platform)
{
    console->platform = platform;
    platform->host = console;
    platform->output = output;
    platform->send = send;
    platform->idle = idle;
}
