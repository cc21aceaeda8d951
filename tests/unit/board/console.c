/* The console, on pipes and on a pseudo-terminal. */
#define _GNU_SOURCE
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

#include "input.h"
#include "world.h"

static const uint32_t nothing[] = {LOOP};
static struct machine *machine;
static struct platform *platform;
static struct console console;
static int in[2], out[2];

static void given_pipes(void)
{
    machine = machine_with(nothing, sizeof nothing, FIRMWARE_NONE, 1);
    platform = &machine->platform;
    cr_assert(pipe(in) == 0 && pipe(out) == 0);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    console_open(&console, in[0], out[1]);
}

static void finish(void)
{
    end(machine);
}

/* Everything that came out so far. */
static const char *written(void)
{
    static char text[8192];
    ssize_t count = read(out[0], text, sizeof text - 1);
    text[count > 0 ? count : 0] = 0;
    return text;
}

static void put(const char *text)
{
    for (; *text; text++)
        console_put(&console, (uint8_t)*text);
}

static void type(int fd, const char *text)
{
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

TestSuite(console, .init = given_pipes, .fini = finish, .timeout = 20);

Test(console, output_is_written_at_line_ends)
{
    put("prompt");
    cr_expect_str_eq(written(), "");
    put("\n");
    cr_expect_str_eq(written(), "prompt\n");
}

Test(console, output_is_written_before_waiting_and_at_the_end)
{
    put("$ ");
    console_idle(&console, platform, 1000);
    cr_expect_str_eq(written(), "$ ");
    put("bye");
    console_close(&console);
    cr_expect_str_eq(written(), "bye");
}

Test(console, output_larger_than_the_buffer_is_all_written)
{
    for (int i = 0; i < 5000; i++)
        put("x");
    console_flush(&console);
    cr_expect_eq(strlen(written()), 5000);
}

Test(console, a_poll_takes_what_has_arrived_and_does_not_wait)
{
    console_poll(&console, platform);
    cr_expect_eq(platform->input.count, 0);
    type(in[1], "ls\x01x");
    console_poll(&console, platform);
    cr_expect_eq(platform->input.count, 4, "on a pipe Ctrl-A is a byte as any");
    cr_expect_eq(platform->input.bytes[2].byte, 1);
    cr_expect_not(console.wants_to_quit);
}

Test(console, a_poll_leaves_in_the_pipe_what_the_guest_cannot_take)
{
    char many[10000];
    memset(many, 'x', sizeof many - 1);
    many[sizeof many - 1] = 0;
    type(in[1], many);
    for (int i = 0; i < 10; i++)
        console_poll(&console, platform);
    cr_expect_eq(input_waiting(platform), 4096);
}

Test(console, the_end_of_input_is_noticed_once)
{
    close(in[1]);
    console_poll(&console, platform);
    cr_expect_not(console.is_open);
    console_poll(&console, platform);
    cr_expect_eq(platform->input.count, 0);
}

Test(console, without_input_to_come_time_is_free)
{
    close(in[1]);
    console_poll(&console, platform);
    double start = seconds(CLOCK_MONOTONIC);
    cr_expect_eq(console_idle(&console, platform, 100ull * 100000000), 100ull * 100000000);
    cr_expect_eq(console_idle(&console, platform, NEVER), NEVER);
    cr_expect_lt(seconds(CLOCK_MONOTONIC) - start, 1);
}

Test(console, waiting_takes_host_time_but_not_the_hosts_cpu)
{
    double start = seconds(CLOCK_MONOTONIC), spent = seconds(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t until = 20000000; /* a fifth of a second */
    cr_expect_eq(console_idle(&console, platform, until), until);
    cr_expect_geq(seconds(CLOCK_MONOTONIC) - start, 0.19);
    cr_expect_lt(seconds(CLOCK_PROCESS_CPUTIME_ID) - spent, 0.1);
}

Test(console, input_cuts_the_waiting_short)
{
    double start = seconds(CLOCK_MONOTONIC);
    type(in[1], "x");
    uint64_t until = 1000ull * 100000000;
    uint64_t reached = console_idle(&console, platform, until);
    cr_expect_lt(reached, until);
    cr_expect_lt(seconds(CLOCK_MONOTONIC) - start, 5);
    cr_expect_eq(platform->input.count, 1);
    cr_expect_eq(platform->input.bytes[0].at, reached);
    cr_expect_eq(clock_now(&platform->s.clock), reached, "so that the log tells all");
}

Test(console, in_real_time_a_guest_that_ran_ahead_waits)
{
    close(in[1]);
    console_poll(&console, platform);
    console_keep_time(&console, platform);
    double start = seconds(CLOCK_MONOTONIC);
    platform->s.clock.steps += 10000000; /* a tenth of a second */
    console_poll(&console, platform);
    cr_expect_geq(seconds(CLOCK_MONOTONIC) - start, 0.09);
    uint64_t until = clock_now(&platform->s.clock) + 10000000;
    cr_expect_eq(console_idle(&console, platform, until), until);
    cr_expect_geq(seconds(CLOCK_MONOTONIC) - start, 0.19);
}

Test(console, in_real_time_the_clock_of_a_guest_that_fell_behind_is_put_forward)
{
    console_keep_time(&console, platform);
    usleep(50000);
    console_poll(&console, platform);
    cr_expect_geq(clock_now(&platform->s.clock), 5000000);
}

Test(console, in_real_time_the_calendar_is_the_hosts)
{
    console_keep_time(&console, platform);
    uint64_t now = (RTC_EPOCH_NS + platform->s.rtc.offset) / 1000000000;
    cr_expect_leq(llabs((long long)now - (long long)time(NULL)), 2);
}

Test(console, a_full_log_and_nothing_due_is_the_end_of_waiting)
{
    for (int i = 0; i < 4096; i++)
        input_append(platform, 'x');
    cr_expect_eq(console_idle(&console, platform, NEVER), NEVER);
}

Test(console, lost_output_stops_the_run)
{
    signal(SIGPIPE, SIG_IGN);
    close(out[0]);
    put("x\n");
    console_poll(&console, platform);
    cr_expect_eq(console.error, EPIPE);
    cr_expect_eq(platform->s.stop, STOP_HOST);
}

static int terminal; /* the other end of the console's terminal */

static int open_terminal(void)
{
    int ours;
    cr_assert_eq(openpty(&terminal, &ours, NULL, NULL, NULL), 0);
    return ours;
}

static bool is_raw(int fd)
{
    struct termios mode;
    tcgetattr(fd, &mode);
    return !(mode.c_lflag & (ICANON | ECHO | ISIG));
}

Test(console, a_terminal_is_raw_while_the_console_is_open)
{
    int ours = open_terminal();
    cr_expect_not(is_raw(ours));
    console_open(&console, ours, out[1]);
    cr_expect(is_raw(ours));
    console_close(&console);
    cr_expect_not(is_raw(ours));
}

Test(console, keys_go_to_the_guest_ctrl_c_too)
{
    console_open(&console, open_terminal(), out[1]);
    type(terminal, "a\r\x03");
    usleep(10000);
    console_poll(&console, platform);
    cr_assert_eq(platform->input.count, 3);
    cr_expect_eq(platform->input.bytes[1].byte, '\r');
    cr_expect_eq(platform->input.bytes[2].byte, 3);
    console_close(&console);
}

Test(console, ctrl_a_is_for_us_and_twice_for_the_guest)
{
    console_open(&console, open_terminal(), out[1]);
    type(terminal, "\x01\x01\x01h\x01q");
    usleep(10000);
    console_poll(&console, platform);
    cr_expect_eq(platform->input.count, 1);
    cr_expect_eq(platform->input.bytes[0].byte, 1);
    cr_expect(strstr(written(), "quit"));
    type(terminal, "\x01x");
    usleep(10000);
    console_poll(&console, platform);
    cr_expect(console.wants_to_quit);
    cr_expect_eq(platform->s.stop, STOP_HOST);
    console_close(&console);
}

Test(console, one_can_quit_a_guest_that_reads_nothing)
{
    console_open(&console, open_terminal(), out[1]);
    for (int i = 0; i < 5000; i++)
        input_append(platform, 'x');
    type(terminal, "yyy\x01x");
    usleep(10000);
    console_idle(&console, platform, NEVER);
    cr_expect_eq(platform->s.stop, STOP_HOST);
    cr_expect_eq(platform->input.count, 5000, "its own keys are lost");
    console_close(&console);
}

/* Children end here on purpose with all that they hold, which is no leak. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

/* A child that opens the console on a terminal and then ends in some way. */
static int child_ends(int ours, int signal_number)
{
    pid_t child = fork();
    if (child == 0) {
        struct console own;
        console_open(&own, ours, out[1]);
        if (!is_raw(ours))
            _exit(99);
        if (signal_number)
            raise(signal_number);
        exit(7);
    }
    int status;
    waitpid(child, &status, 0);
    return status;
}

Test(console, the_terminal_is_restored_however_the_process_ends)
{
    static const int signals[] = {0,       SIGINT,  SIGTERM, SIGHUP, SIGQUIT,
                                  SIGSEGV, SIGABRT, SIGBUS,  SIGFPE, SIGILL};
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
        int ours = open_terminal();
        for (unsigned j = 1; j < sizeof signals / sizeof *signals; j++)
            signal(signals[j], SIG_DFL); /* the test runner's and sanitizers' are not at issue */
        int status = child_ends(ours, signals[i]);
        cr_expect_not(is_raw(ours), "after signal %d", signals[i]);
        if (signals[i])
            cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == signals[i], "signal %d",
                      signals[i]);
        else
            cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    }
}
