/* trapeze: a table of subcommands. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "as_command.h"
#include "debug_command.h"
#include "dis_command.h"
#include "bench_command.h"
#include "fidelity_command.h"
#include "isa_command.h"
#include "lab_command.h"
#include "options.h"
#include "run.h"

static int command_help(int argc, char **argv);
static int command_version(int argc, char **argv);

static const struct {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"run", "run an image until it turns the machine off", command_run},
    {"debug", "step through an image, bare or in a VM", command_debug},
    {"fidelity", "run an image bare and in a VM in lockstep, and compare", command_fidelity},
    {"as", "assemble a file", command_as},
    {"dis", "disassemble a file, or a word", command_dis},
    {"bench", "measure what a VM costs, exit by exit", command_bench},
    {"isa", "print the card of a profile: instructions, CSRs, causes", command_isa},
    {"lab", "labs: start one, test it, grade it", command_lab},
    {"help", "print this list", command_help},
    {"version", "print the version", command_version},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int command_help(int argc, char **argv)
{
    (void)argc, (void)argv;
    printf("usage: trapeze COMMAND [OPTIONS] ...\n\ncommands:\n");
    for (unsigned i = 0; i < COMMANDS; i++)
        printf("  %-10s %s\n", commands[i].name, commands[i].summary);
    printf("\n`trapeze COMMAND --help` explains a command.\n");
    return 0;
}

static int command_version(int argc, char **argv)
{
    (void)argc, (void)argv;
    printf("trapeze %s\n", TRAPEZE_VERSION);
    return 0;
}

/* Commands are also known by the option that people try first. */
static const char *command_name(const char *word)
{
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return "help";
    return strcmp(word, "--version") == 0 ? "version" : word;
}

int main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); /* a file at its limit is an error, with a line that says so */
    if (argc < 2) {
        fprintf(stderr, "trapeze: no command given (see trapeze help)\n");
        return EXIT_USAGE;
    }
    const char *name = command_name(argv[1]);
    for (unsigned i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "trapeze: unknown command '%s' (see trapeze help)\n", argv[1]);
    return EXIT_USAGE;
}
