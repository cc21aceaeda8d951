/* trapeze bench: what virtualisation costs, by one small guest program a cost. */
#include "bench_command.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nano.h"
#include "options.h"
#include "table.h"

struct bench {
    const char *only;    /* one benchmark; NULL: all */
    const char *on;      /* one machine, for a profiler: runs, and measures nothing; NULL: all */
    const char *guestos; /* its image */
    uint64_t rounds, steps;
};

static void print_help(void)
{
    printf("usage: trapeze bench [OPTIONS] [vmm]\n"
           "Measures what a VM costs: each benchmark on the bare machine and in a VM under each\n"
           "shadow policy, by turns. Time is CPU time; ratios are medians over the rounds.\n"
           "\noptions:\n"
           "  --only NAME        one benchmark\n"
           "  --rounds N         slices for each machine, 1 to %d; 15 by default\n"
           "  --steps N          steps a slice (K, M, G: thousands); 1M by default\n"
           "  --on MACHINE       run one slice on one machine (bare, or a policy) and print no\n"
           "                     table: for perf and callgrind\n"
           "  --guestos FILE     the guest OS; by default guestos.elf beside this program\n"
           "  --help             print this help\n"
           "\nbenchmarks:\n",
           MEASURE_ROUNDS);
    for (unsigned i = 0; i < nano_count; i++)
        printf("  %-18s %s\n", nanos[i].name, nanos[i].operation);
    printf("\nmachines:");
    for (unsigned i = 0; i < nano_sides(); i++)
        printf(" %s", nano_side_name(i));
    printf("\n");
}

/* guestos.elf in the folder of this program. */
static const char *default_guestos(void)
{
    static const char name[] = "guestos.elf";
    static char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof name);
    if (length < 0)
        return name;
    path[length] = 0;
    char *slash = strrchr(path, '/');
    memcpy(slash ? slash + 1 : path, name, sizeof name);
    return path;
}

static bool say_wrong(const char *what, const char *word)
{
    fprintf(stderr, "trapeze bench: no %s '%s' (see --help)\n", what, word);
    return false;
}

static bool is_benchmark(const char *name)
{
    for (unsigned i = 0; i < nano_count; i++)
        if (strcmp(nanos[i].name, name) == 0)
            return true;
    return say_wrong("benchmark", name);
}

static bool is_machine(const char *name)
{
    for (unsigned i = 0; i < nano_sides(); i++)
        if (strcmp(nano_side_name(i), name) == 0)
            return true;
    return say_wrong("machine", name);
}

static bool take_number(const char *option, const char *text, uint64_t most, uint64_t *value)
{
    if (options_number(text, 1000, value) && *value && *value <= most)
        return true;
    fprintf(stderr, "trapeze bench: %s: '%s' is not a value for it (see --help)\n", option, text);
    return false;
}

static bool take_option(struct bench *bench, int which, const char *word)
{
    switch (which) {
    case 'o':
        bench->only = optarg;
        return is_benchmark(optarg);
    case 'm':
        bench->on = optarg;
        return is_machine(optarg);
    case 'g':
        bench->guestos = optarg;
        return true;
    case 'r':
        return take_number("--rounds", optarg, MEASURE_ROUNDS, &bench->rounds);
    case 's':
        return take_number("--steps", optarg, NEVER, &bench->steps);
    default:
        fprintf(stderr, "trapeze bench: %s%s (see --help)\n",
                which == ':' ? "a value is missing after " : "unknown option ", word);
        return false;
    }
}

static enum parsed parse(struct bench *bench, int argc, char **argv)
{
    static const struct option options[] = {
        {"only", required_argument, NULL, 'o'},
        {"on", required_argument, NULL, 'm'},
        {"guestos", required_argument, NULL, 'g'},
        {"rounds", required_argument, NULL, 'r'},
        {"steps", required_argument, NULL, 's'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    optind = opterr = 0;
    for (int which; (which = getopt_long(argc, argv, ":", options, NULL)) >= 0;) {
        if (which == 'h') {
            print_help();
            return PARSED_HELP;
        }
        if (!take_option(bench, which, argv[optind - 1]))
            return PARSED_WRONG;
    }
    if (optind < argc && strcmp(argv[optind++], "vmm") != 0)
        return say_wrong("suite", argv[optind - 1]) ? PARSED : PARSED_WRONG;
    if (optind < argc)
        return say_wrong("suite", argv[optind]) ? PARSED : PARSED_WRONG;
    return PARSED;
}

/* Runs a benchmark on the sides that were asked for, and prints what came out. */
static bool run_sides(const struct bench *bench, const struct nano *nano, struct side *sides,
                      unsigned count)
{
    struct figures figures[MEASURE_SIDES];
    struct reading reading = {0};
    if (bench->on) {
        sides[0].run(sides[0].owner, bench->steps, &reading);
        printf("%s on %s: %" PRIu64 " operations in %" PRIu64 " steps\n", nano->name, sides[0].name,
               reading.operations, bench->steps);
        return true;
    }
    if (bench->only || nano == nanos)
        table_head(stdout);
    measure(sides, count, (unsigned)bench->rounds, bench->steps, figures);
    table_print(stdout, nano->name, sides, count, figures);
    return fflush(stdout) == 0;
}

static bool run_booted(const struct bench *bench, const struct nano *nano, const struct boot *boot)
{
    struct side sides[MEASURE_SIDES];
    unsigned count = 0;
    bool done = true;
    for (unsigned which = 0; which < nano_sides() && done; which++)
        if (!bench->on || strcmp(bench->on, nano_side_name(which)) == 0)
            done = nano_open(&sides[count], which, nano, boot) && ++count;
    if (!done)
        fprintf(stderr, "trapeze bench: no memory for the machines\n");
    done = done && run_sides(bench, nano, sides, count);
    while (count)
        nano_close(&sides[--count]);
    return done;
}

static bool run_nano(const struct bench *bench, const struct nano *nano)
{
    char error[512];
    struct boot boot;
    if (!nano_prepare(nano, bench->guestos, &boot, error, sizeof error)) {
        fprintf(stderr, "trapeze bench: %s: %s\n", nano->name, error);
        return false;
    }
    bool done = run_booted(bench, nano, &boot);
    boot_free(&boot);
    return done;
}

int command_bench(int argc, char **argv)
{
    struct bench bench = {.rounds = 15, .steps = 1000000, .guestos = default_guestos()};
    switch (parse(&bench, argc, argv)) {
    case PARSED_HELP:
        return 0;
    case PARSED_WRONG:
        return EXIT_USAGE;
    case PARSED:
        break;
    }
    bool done = true;
    for (unsigned i = 0; i < nano_count; i++)
        if (!bench.only || strcmp(nanos[i].name, bench.only) == 0)
            done = run_nano(&bench, &nanos[i]) && done;
    return done ? 0 : EXIT_ERROR;
}
