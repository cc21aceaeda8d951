/* trapeze debug: a machine or a VM, and a session over it. */
#include "debug_command.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "devices.h"
#include "file.h"
#include "run.h"
#include "stats.h"

static int run_session(const struct options *options, const struct repl_options *repl,
                       const struct platform *platform)
{
    static const int statuses[] = {
        [REPL_DONE] = 0, [REPL_FAILED] = EXIT_ERROR, [REPL_LIMIT] = EXIT_LIMIT};
    enum repl_end end = repl_run(repl);
    if (options->stats)
        run_print_stats(platform, (double)clock() / CLOCKS_PER_SEC);
    if (options->stats && repl->hosted)
        stats_print(stderr, hosted_vm(repl->hosted));
    return statuses[end];
}

/* Opens what the options lend, and runs the session. */
static int debug(const struct options *options, struct repl_options *repl,
                 struct platform *platform)
{
    struct devices devices;
    uint8_t *input = NULL;
    if (options->input && !(input = file_read(options->input, &repl->input_size)))
        return EXIT_ERROR;
    repl->input = input;
    int status = EXIT_ERROR;
    if (devices_open(&devices, options, platform, true))
        status = devices_close(&devices, run_session(options, repl, platform));
    free(input);
    return status;
}

static int debug_machine(const struct options *options, struct repl_options *repl)
{
    int status = EXIT_ERROR;
    repl->machine = machine_new(&options->board, options->engine);
    if (repl->machine)
        status = debug(options, repl, &repl->machine->platform);
    else
        fprintf(stderr, "trapeze: a machine with this much memory: %s\n", strerror(errno));
    machine_free(repl->machine);
    return status;
}

static int debug_vm(const struct options *options, struct repl_options *repl)
{
    repl->hosted = run_make_vm(options, repl->boot);
    int status =
        repl->hosted ? debug(options, repl, &hosted_vm(repl->hosted)->platform) : EXIT_ERROR;
    hosted_free(repl->hosted);
    return status;
}

static int debug_image(const struct options *options)
{
    struct boot boot;
    if (!run_prepare(&boot, options))
        return EXIT_ERROR;
    struct repl_options repl = {
        .boot = &boot,
        .image = options->image,
        .max = options->max,
        .is_json = options->is_json,
        .skips_init = options->skips_init,
        .script = options->script,
        .scripts = options->scripts,
    };
    int status = options->is_vm ? debug_vm(options, &repl) : debug_machine(options, &repl);
    boot_free(&boot);
    return status;
}

int command_debug(int argc, char **argv)
{
    struct options options;
    switch (options_parse(&options, argc, argv,
                          "Steps through IMAGE: every level visible. `help` lists the commands.")) {
    case PARSED_HELP:
        return 0;
    case PARSED_WRONG:
        return EXIT_USAGE;
    case PARSED:
        return debug_image(&options);
    }
    return EXIT_USAGE;
}
