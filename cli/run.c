/* trapeze run: a machine from power-on to power-off. */
#include "run.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "devices.h"
#include "dtb.h"
#include "file.h"
#include "input.h"
#include "machine.h"
#include "signature.h"
#include "stats.h"
#include "trace.h"

/* How long the guest runs before the console is looked at: a few milliseconds. Platforms do not
 * notice such stops. */
enum { SLICE = 1000000 };

bool run_open_console(struct console *console, struct platform *platform,
                      const struct options *options)
{
    size_t size;
    uint8_t *bytes = NULL;
    if (options->input && !(bytes = file_read(options->input, &size)))
        return false;
    if (bytes)
        input_paced(platform, bytes, size);
    free(bytes);
    console_open(console, options->input ? -1 : STDIN_FILENO, STDOUT_FILENO);
    console_attach(console, platform);
    if (options->realtime)
        console_keep_time(console, platform);
    return true;
}

/* Runs slice by slice, through reboots, until something ends it. */
static enum stop run_slices(const struct runnable *runnable, uint64_t max)
{
    struct platform *platform = runnable->platform;
    for (;;) {
        uint64_t steps = platform->s.clock.steps;
        enum stop stop = platform_run(platform, max - steps < SLICE ? max : steps + SLICE);
        if (stop == STOP_REBOOT)
            runnable->reboot(runnable->owner);
        else if (stop != STOP_LIMIT || platform->s.clock.steps >= max)
            return stop;
        console_poll(runnable->console, platform);
        if (platform->s.stop == STOP_HOST)
            return STOP_HOST;
    }
}

/* The host has eight bits for a status, and no failure may look like success. */
static int guest_status(int status)
{
    return status > 255 || status < 0 ? 255 : status;
}

static int exit_status(const struct runnable *runnable, enum stop stop)
{
    if (runnable->console->error) { /* whatever the guest says, its words are lost */
        fprintf(stderr, "trapeze: standard output: %s\n", strerror(runnable->console->error));
        return EXIT_ERROR;
    }
    switch (stop) {
    case STOP_POWEROFF:
        return guest_status(runnable->platform->s.status);
    case STOP_LIMIT:
        return EXIT_LIMIT;
    case STOP_IDLE:
        fprintf(stderr, "trapeze: the guest waits and nothing can wake it\n");
        return 0;
    case STOP_HOST: /* the user quit */
        return 0;
    case STOP_NONE:
    case STOP_REBOOT:
        break;
    }
    return EXIT_ERROR;
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void run_print_stats(const struct platform *platform, double spent)
{
    const struct clock *clock = &platform->s.clock;
    fprintf(stderr, "steps        %llu\n", (unsigned long long)clock->steps);
    fprintf(stderr, "idle skips   %llu steps' time\n", (unsigned long long)clock->idle);
    fprintf(stderr, "console      %llu bytes out, %llu in\n",
            (unsigned long long)platform->s.output_count,
            (unsigned long long)platform->s.input_cursor);
    fprintf(stderr, "host         %.3f s, %.1f million steps a second\n", spent,
            spent > 0 ? (double)clock->steps / spent / 1e6 : 0);
}

/* Opens the log that --trace asks for, if it does. */
static bool open_trace(struct trace **trace, struct platform *platform,
                       const struct options *options)
{
    char error[512];
    *trace = NULL;
    if (!options->trace)
        return true;
    *trace = trace_open(options->trace, platform, error, sizeof error);
    if (!*trace)
        fprintf(stderr, "trapeze: %s\n", error);
    return *trace;
}

/* Writes what --signature and --dump-memory ask for, and gives the exit status. */
static int keep(const struct options *options, const struct boot *boot, struct platform *platform,
                int status)
{
    if (options->signature &&
        !signature_write(options->signature, options->granularity, &boot->image, platform))
        return EXIT_ERROR;
    if (options->dump_memory && !signature_dump(options->dump_memory, platform))
        return EXIT_ERROR;
    return status;
}

int run_platform(const struct runnable *runnable, const struct options *options)
{
    struct trace *trace;
    if (!open_trace(&trace, runnable->platform, options)) {
        console_close(runnable->console);
        return EXIT_ERROR;
    }
    double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
    enum stop stop = run_slices(runnable, options->max);
    double spent = seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
    console_close(runnable->console);
    int status = exit_status(runnable, stop);
    if (!trace_close(trace)) {
        fprintf(stderr, "trapeze: --trace %s: %s\n", options->trace, strerror(errno));
        status = EXIT_ERROR;
    }
    if (options->stats)
        run_print_stats(runnable->platform, spent);
    return status;
}

/* Writes the device tree that --dump-dtb asks for: the one of `boot`, or without anything to boot
 * the machine's. */
static bool dump_dtb(const struct options *options, const struct boot *boot)
{
    if (boot)
        return file_write(options->dump_dtb, boot->dtb, boot->dtb_size);
    size_t size;
    uint8_t *dtb = dtb_make(&options->board, NULL, &size);
    if (!dtb) {
        fprintf(stderr, "trapeze: no memory for the device tree\n");
        return false;
    }
    bool done = file_write(options->dump_dtb, dtb, size);
    free(dtb);
    return done;
}

static void reboot(void *owner)
{
    struct machine *machine = owner;
    machine_boot(machine, machine->boot);
}

static int run_machine(struct machine *machine, const struct boot *boot,
                       const struct options *options)
{
    struct console console;
    struct devices devices;
    if (!devices_open(&devices, options, &machine->platform, false))
        return EXIT_ERROR;
    int status = EXIT_ERROR;
    if (run_open_console(&console, &machine->platform, options)) {
        struct runnable runnable = {.platform = &machine->platform,
                                    .console = &console,
                                    .reboot = reboot,
                                    .owner = machine};
        console.source = devices_source(&devices);
        machine_boot(machine, boot);
        status = keep(options, boot, &machine->platform, run_platform(&runnable, options));
    }
    return devices_close(&devices, status);
}

static int run_bare(const struct boot *boot, const struct options *options)
{
    int status = EXIT_ERROR;
    bool by_insn = options->trace && trace_wants_insn(options->trace);
    struct machine *machine = machine_new(&options->board, by_insn ? ENGINE_STEP : options->engine);
    if (machine)
        status = run_machine(machine, boot, options);
    else
        fprintf(stderr, "trapeze: a machine with this much memory: %s\n", strerror(errno));
    machine_free(machine);
    return status;
}

struct hosted *run_make_vm(const struct options *options, const struct boot *boot)
{
    struct hosted *hosted = hosted_new(boot, options->engine);
    if (hosted && options->audit && !hosted_audit(hosted, options->audit)) {
        hosted_free(hosted);
        hosted = NULL;
    }
    if (hosted)
        hosted_vm(hosted)->config = options->vm;
    else
        fprintf(stderr, "trapeze: a VM with this much memory: %s\n", strerror(errno));
    return hosted;
}

/* What a guest says by hypercall: a line on standard error. Its bytes are its own choice, so only
 * what prints is shown. */
static void say(const uint8_t *bytes, uint64_t size)
{
    fprintf(stderr, "trapeze: the guest says: ");
    for (uint64_t i = 0; i < size; i++)
        if (bytes[i] != '\n')
            fputc(isprint(bytes[i]) ? bytes[i] : '?', stderr);
    fputc('\n', stderr);
}

static void reboot_vm(void *owner)
{
    hosted_boot(owner);
}

static int run_hosted(struct hosted *hosted, const struct boot *boot, const struct options *options)
{
    struct console console;
    struct devices devices;
    struct platform *platform = &hosted_vm(hosted)->platform;
    if (!devices_open(&devices, options, platform, false))
        return EXIT_ERROR;
    int status = EXIT_ERROR;
    hosted_vm(hosted)->said = say;
    if (run_open_console(&console, platform, options)) {
        struct runnable runnable = {
            .platform = platform, .console = &console, .reboot = reboot_vm, .owner = hosted};
        console.source = devices_source(&devices);
        hosted_boot(hosted);
        status = keep(options, boot, platform, run_platform(&runnable, options));
        if (options->stats)
            stats_print(stderr, hosted_vm(hosted));
    }
    return devices_close(&devices, status);
}

static int run_vm(const struct boot *boot, const struct options *options)
{
    struct hosted *hosted = run_make_vm(options, boot);
    int status = hosted ? run_hosted(hosted, boot, options) : EXIT_ERROR;
    hosted_free(hosted);
    return status;
}

bool run_prepare(struct boot *boot, const struct options *options)
{
    char error[512];
    bool done = boot_prepare(boot, &options->board, options->image, error, sizeof error);
    if (!done)
        fprintf(stderr, "trapeze: %s\n", error);
    return done;
}

static int run_image(const struct options *options)
{
    struct boot boot;
    if (!run_prepare(&boot, options))
        return EXIT_ERROR;
    int status = EXIT_ERROR;
    if (!options->dump_dtb || dump_dtb(options, &boot))
        status = options->is_vm ? run_vm(&boot, options) : run_bare(&boot, options);
    boot_free(&boot);
    return status;
}

int command_run(int argc, char **argv)
{
    struct options options;
    switch (options_parse(&options, argc, argv, "Runs IMAGE until it turns the machine off.")) {
    case PARSED_HELP:
        return 0;
    case PARSED_WRONG:
        return EXIT_USAGE;
    case PARSED:
        break;
    }
    if (options.image || options.board.firmware_path)
        return run_image(&options);
    return dump_dtb(&options, NULL) ? 0 : EXIT_ERROR;
}
