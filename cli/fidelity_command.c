/* trapeze fidelity: a machine and a VM, built alike, in lockstep. */
#include "fidelity_command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "devices.h"
#include "fidelity.h"
#include "file.h"
#include "input.h"
#include "run.h"
#include "stats.h"

/* Both sides get the same bytes at the same steps. */
static bool give_input(const struct options *options, struct platform *bare, struct platform *vm)
{
    size_t size;
    if (!options->input)
        return true;
    uint8_t *bytes = file_read(options->input, &size);
    if (!bytes)
        return false;
    input_paced(bare, bytes, size);
    input_paced(vm, bytes, size);
    free(bytes);
    return true;
}

/* The guest's console goes to standard output, from the bare machine alone: the VM's is compared.
 */
static int tell(const struct fidelity_run *run, const struct vm *vm)
{
    static const char *const ends[] = {
        [STOP_POWEROFF] = "the guest turned itself off",
        [STOP_IDLE] = "the guest waits and nothing can wake it",
    };
    fprintf(stderr, "\n");
    stats_print(stderr, vm);
    fprintf(stderr, "translations used between their change and its fence: %" PRIu64 "\n",
            run->stale);
    if (!stats_are_honest(vm)) {
        fprintf(stderr,
                "trapeze fidelity: %" PRIu64 " unprivileged steps were emulated, and %" PRIu64
                " entries were not in U\n",
                vm->stats.emulated_direct, vm->stats.entries_outside_u);
        return EXIT_DIFFERENT;
    }
    switch (run->result) {
    case FIDELITY_DIFFERENT:
        return EXIT_DIFFERENT;
    case FIDELITY_LIMIT:
        fprintf(stderr, "identical for %" PRIu64 " steps, and then --max was reached\n",
                run->steps);
        return EXIT_LIMIT;
    case FIDELITY_SAME:
        break;
    }
    fprintf(stderr, "identical to the last step: %" PRIu64 " steps, %" PRIu64 " reboots; %s\n",
            run->steps, run->reboots, ends[run->stop] ? ends[run->stop] : "the run was stopped");
    return 0;
}

static int run_lockstep(const struct options *options, const struct boot *boot,
                        struct machine *machine, struct hosted *hosted, struct net *net)
{
    struct console console;
    struct platform *vm = &hosted_vm(hosted)->platform;
    if (!give_input(options, &machine->platform, vm))
        return EXIT_ERROR;
    console_open(&console, -1, STDOUT_FILENO);
    console.source = net ? net_source(net) : NULL;
    console_attach(&console, &machine->platform);
    machine_boot(machine, boot);
    hosted_boot(hosted);
    struct fidelity_config config = {
        .max = options->max, .every = options->every, .report = stderr, .net = net};
    struct fidelity_run run = fidelity(machine, hosted, &config);
    console_close(&console);
    return tell(&run, hosted_vm(hosted));
}

/* Each side has disks of its own, on the same files, which both leave alone. There is one network:
 * the VM reads in its log what the bare machine received. */
static int run_with_devices(const struct options *options, const struct boot *boot,
                            struct machine *machine, struct hosted *hosted)
{
    struct devices bare, vm;
    int status = EXIT_ERROR;
    if (!devices_open(&bare, options, &machine->platform, true))
        return EXIT_ERROR;
    if (devices_open_twin(&vm, &bare, &hosted_vm(hosted)->platform)) {
        status = run_lockstep(options, boot, machine, hosted, bare.net);
        status = devices_close(&vm, status);
    }
    return devices_close(&bare, status);
}

static int compare_image(const struct options *options)
{
    struct boot boot;
    if (!run_prepare(&boot, options))
        return EXIT_ERROR;
    int status = EXIT_ERROR;
    struct machine *machine = machine_new(&options->board, options->engine);
    struct hosted *hosted = machine ? run_make_vm(options, &boot) : NULL;
    if (!machine)
        fprintf(stderr, "trapeze: a machine with this much memory: %s\n", strerror(errno));
    if (hosted)
        status = run_with_devices(options, &boot, machine, hosted);
    hosted_free(hosted);
    machine_free(machine);
    boot_free(&boot);
    return status;
}

int command_fidelity(int argc, char **argv)
{
    struct options options;
    switch (options_parse(&options, argc, argv,
                          "Runs IMAGE bare and in a VM in lockstep and compares everything: 0 "
                          "identical, 3 different.")) {
    case PARSED_HELP:
        return 0;
    case PARSED_WRONG:
        return EXIT_USAGE;
    case PARSED:
        return compare_image(&options);
    }
    return EXIT_USAGE;
}
