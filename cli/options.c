/* The option table: a row an option, with the function that takes its value. */
#define _GNU_SOURCE
#include "options.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes an option's value (NULL where it has none). False: it is not a value of this option. */
typedef bool take_fn(struct options *options, const char *value);

struct option_row {
    const char *name;
    const char *value; /* its name in the help; NULL: the option takes none */
    const char *help;
    take_fn *take;
    const char *only; /* the subcommands that have it, in words; NULL: all */
};

/* 1 for K, 2 for M, 3 for G; 0 when `text` is not just one of these. */
static unsigned suffix_power(const char *text)
{
    static const char suffixes[] = "KkMmGg";
    const char *at = *text ? strchr(suffixes, *text) : NULL;
    return at && text[1] == 0 ? (unsigned)(at - suffixes) / 2 + 1 : 0;
}

bool options_number(const char *text, uint64_t unit, uint64_t *value)
{
    char *end;
    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    *value = strtoull(text, &end, 0);
    if (errno)
        return false;
    unsigned power = suffix_power(end);
    bool fits = true;
    for (unsigned i = 0; i < power; i++)
        fits = fits && !__builtin_mul_overflow(*value, unit, value);
    return fits && (power || *end == 0);
}

static bool take_choice(const char *value, const char *const *choices, unsigned *choice)
{
    for (unsigned i = 0; choices[i]; i++)
        if (strcmp(value, choices[i]) == 0) {
            *choice = i;
            return true;
        }
    return false;
}

/* What is no name of ours is a file's. */
static bool take_firmware(struct options *options, const char *value)
{
    static const char *const names[] = {"builtin", "none", NULL};
    unsigned choice = FIRMWARE_FILE;
    options->board.firmware_path = take_choice(value, names, &choice) ? NULL : value;
    options->board.firmware = (enum firmware)choice;
    return *value;
}

static bool take_memory(struct options *options, const char *value)
{
    const uint64_t least = 4 << 20, most = (uint64_t)64 << 30;
    uint64_t *size = &options->board.ram_size;
    return options_number(value, 1024, size) && *size >= least && *size <= most &&
           *size % PAGE_SIZE == 0;
}

static bool take_harts(struct options *options, const char *value)
{
    uint64_t count;
    if (!options_number(value, 1000, &count) || count < 1 || count > MAX_HARTS)
        return false;
    options->board.harts = (unsigned)count;
    return true;
}

static bool take_isa(struct options *options, const char *value)
{
    const char *wrong;
    return isa_parse(value, &options->board.isa, &wrong);
}

static bool take_misaligned(struct options *options, const char *value)
{
    static const char *const names[] = {"hardware", "trap", NULL};
    unsigned choice;
    if (!take_choice(value, names, &choice))
        return false;
    options->traps_misaligned = choice;
    return true;
}

static bool take_initrd(struct options *options, const char *value)
{
    options->board.initrd = value;
    return true;
}

static bool take_append(struct options *options, const char *value)
{
    options->board.append = value;
    return true;
}

static bool take_load(struct options *options, const char *value)
{
    return options_number(value, 1024, &options->board.load_addr) && options->board.load_addr;
}

static bool take_engine(struct options *options, const char *value)
{
    static const char *const names[] = {"block", "step", NULL};
    unsigned choice;
    if (!take_choice(value, names, &choice))
        return false;
    options->engine = (enum engine)choice;
    return true;
}

static bool take_quantum(struct options *options, const char *value)
{
    return options_number(value, 1000, &options->board.quantum) && options->board.quantum;
}

static bool take_console(struct options *options, const char *value)
{
    static const char *const names[] = {"uart", "virtio", NULL};
    unsigned choice;
    if (!take_choice(value, names, &choice))
        return false;
    options->board.has_virtio_console = choice;
    return true;
}

static bool take_seed(struct options *options, const char *value)
{
    return options_number(value, 1000, &options->board.seed);
}

static bool take_max(struct options *options, const char *value)
{
    return options_number(value, 1000, &options->max);
}

static bool take_stats(struct options *options, const char *value)
{
    (void)value;
    options->stats = true;
    return true;
}

static bool take_realtime(struct options *options, const char *value)
{
    (void)value;
    options->realtime = true;
    return true;
}

static bool take_vmm(struct options *options, const char *value)
{
    (void)value;
    options->is_vm = true;
    return true;
}

static bool take_shadow(struct options *options, const char *value)
{
    static const char *const names[] = {"flush", "trace", "unsync", NULL};
    unsigned choice;
    if (!take_choice(value, names, &choice))
        return false;
    options->vm.shadow = (enum shadow_kind)choice;
    return true;
}

static bool take_audit(struct options *options, const char *value)
{
    return options_number(value, 1000, &options->audit) && options->audit;
}

static bool take_stale(struct options *options, const char *value)
{
    (void)value;
    options->vm.is_stale = true;
    return true;
}

/* A probability above 0, up to 1. */
static bool take_amnesia(struct options *options, const char *value)
{
    char *end = NULL;
    double chance = isdigit((unsigned char)*value) ? strtod(value, &end) : 0;
    if (!(chance > 0) || chance > 1 || !end || *end)
        return false;
    options->vm.amnesia = (uint64_t)(chance * 4294967296.0);
    return true;
}

static bool take_hypercalls(struct options *options, const char *value)
{
    (void)value;
    options->vm.hypercalls = true;
    return true;
}

static bool take_passthrough(struct options *options, const char *value)
{
    options->vm.passes_uart = true;
    return strcmp(value, "uart") == 0;
}

static bool take_input(struct options *options, const char *value)
{
    options->input = value;
    return true;
}

static bool take_every(struct options *options, const char *value)
{
    return options_number(value, 1000, &options->every) && options->every;
}

static bool take_trace(struct options *options, const char *value)
{
    options->trace = value;
    return true;
}

static bool take_signature(struct options *options, const char *value)
{
    options->signature = value;
    return true;
}

static bool take_granularity(struct options *options, const char *value)
{
    uint64_t bytes;
    if (!options_number(value, 1000, &bytes) || !bytes || bytes > 16 || bytes & (bytes - 1))
        return false;
    options->granularity = (unsigned)bytes;
    return true;
}

static bool take_dump_memory(struct options *options, const char *value)
{
    options->dump_memory = value;
    return true;
}

static bool take_dump_dtb(struct options *options, const char *value)
{
    options->dump_dtb = value;
    return true;
}

/* FILE alone, or with how it is used after its last comma. */
static bool take_disk(struct options *options, const char *value)
{
    static const char *const names[] = {"rw", "ro", "scratch", NULL};
    if (options->disks == VIRTIO_DISKS)
        return false;
    struct disk_option *disk = &options->disk[options->disks++];
    const char *comma = strrchr(value, ',');
    unsigned mode = DISK_WRITABLE;
    size_t length = strlen(value);
    if (comma && take_choice(comma + 1, names, &mode))
        length = (size_t)(comma - value);
    disk->mode = (enum disk_mode)mode;
    snprintf(disk->path, sizeof disk->path, "%.*s", (int)length, value);
    return length && length < sizeof disk->path;
}

static bool take_port(const char *text, uint16_t *port)
{
    uint64_t number;
    if (!options_number(text, 1000, &number) || number == 0 || number > UINT16_MAX)
        return false;
    *port = (uint16_t)number;
    return true;
}

/* fwd=HOST:GUEST; cuts the text in two. */
static bool take_forward(struct options *options, char *text)
{
    static const char name[] = "fwd=";
    char *guest = strchr(text, ':');
    if (strncmp(text, name, sizeof name - 1) != 0 || !guest || options->forwards == NET_FORWARDS)
        return false;
    *guest++ = 0;
    struct net_forward *forward = &options->forward[options->forwards++];
    return take_port(text + sizeof name - 1, &forward->host) && take_port(guest, &forward->guest);
}

/* user, and words that say more, with commas in between. */
static bool take_net(struct options *options, const char *value)
{
    char words[512], *rest = words;
    bool fits = snprintf(words, sizeof words, "%s", value) < (int)sizeof words;
    bool is_right = fits && !options->has_net && strcmp(strsep(&rest, ","), "user") == 0;
    while (is_right && rest)
        is_right = take_forward(options, strsep(&rest, ","));
    options->has_net = true;
    return is_right;
}

static bool add_script(struct options *options, bool is_file, const char *text)
{
    if (options->scripts == OPTION_SCRIPTS)
        return false;
    options->script[options->scripts++] = (struct repl_script){.is_file = is_file, .text = text};
    return true;
}

static bool take_exec(struct options *options, const char *value)
{
    return add_script(options, true, value);
}

static bool take_command(struct options *options, const char *value)
{
    return add_script(options, false, value);
}

static bool take_json(struct options *options, const char *value)
{
    (void)value;
    options->is_json = true;
    return true;
}

static bool take_no_init(struct options *options, const char *value)
{
    (void)value;
    options->skips_init = true;
    return true;
}

static const struct option_row rows[] = {
    {"firmware", "WHAT",
     "builtin (default): answers SBI, IMAGE in S-mode; none: IMAGE in M-mode; FILE: boots IMAGE",
     take_firmware, NULL},
    {"memory", "SIZE", "RAM in bytes, K, M or G; 128M by default", take_memory, NULL},
    {"harts", "N", "number of harts, 1 to 8; 1 by default", take_harts, NULL},
    {"isa", "STRING", "instruction set, such as rv64gc_sstc_zba_zbb, rv64imac, or toy", take_isa,
     NULL},
    {"misaligned", "HOW", "loads and stores: hardware does them (default), or they trap",
     take_misaligned, NULL},
    {"initrd", "FILE", "initial RAM disk", take_initrd, NULL},
    {"append", "TEXT", "the kernel's command line", take_append, NULL},
    {"load", "ADDR", "where a flat IMAGE goes", take_load, NULL},
    {"disk", "FILE",
     "a virtio disk, up to four; FILE,ro: not to be written; FILE,scratch: what is "
     "written is forgotten",
     take_disk, NULL},
    {"vmm", NULL, "run IMAGE in a VM, deprivileged", take_vmm, "run debug"},
    {"shadow", "POLICY", "a VM's shadow page tables: flush (default), trace or unsync", take_shadow,
     NULL},
    {"stale", NULL, "they keep what is old until the last legal moment", take_stale, NULL},
    {"audit", "N", "check all of a VM's shadows after every N exits", take_audit, NULL},
    {"amnesia", "P", "forget shadow entries at each exit with probability P, by --seed",
     take_amnesia, NULL},
    {"hypercalls", NULL, "with --vmm: answer the guest's hypercalls", take_hypercalls, "run"},
    {"passthrough", "DEV", "give a VM the machine's own device: uart", take_passthrough, NULL},
    {"engine", "WHICH", "block: fast (default); step: the reference", take_engine, NULL},
    {"net", "user",
     "a virtio network card, on a router of its own to the host's network; "
     "user,fwd=HOST:GUEST: a port of the host's that leads to one of the guest's",
     take_net, "run fidelity"},
    {"console", "WHICH", "what is typed goes to the uart (default) or to a virtio console",
     take_console, NULL},
    {"input", "FILE", "console input, paced in virtual time", take_input, NULL},
    {"max", "N", "stop after N steps (K, M, G: thousands) with status 124", take_max,
     "run fidelity debug"},
    {"quantum", "N", "steps a hart runs before the next; 10000 by default", take_quantum, NULL},
    {"seed", "N", "seed of the entropy that the guest gets; 0 by default", take_seed, NULL},
    {"realtime", NULL, "a second of the guest's is one of the host's, and so is the date",
     take_realtime, "run"},
    {"stats", NULL, "print counts at the end", take_stats, "run fidelity debug"},
    {"every", "N", "compare after every N steps; 100K by default", take_every, "fidelity"},
    {"trace", "FILE", "write a log of traps and exits; FILE,insn,trap,exit: of these", take_trace,
     "run"},
    {"signature", "FILE", "write the words from begin_signature to end_signature", take_signature,
     "run"},
    {"signature-granularity", "N", "bytes a line of it: 1, 2, 4 (default), 8 or 16",
     take_granularity, "run"},
    {"exec", "FILE", "carry out the debugger's commands in FILE, first of all; short: -x",
     take_exec, "debug"},
    {"command", "CMD", "carry out CMD; several of both go in order; short: -c", take_command,
     "debug"},
    {"json", NULL, "each answer is a line of JSON", take_json, "debug"},
    {"no-init", NULL, "leave ~/.trapezerc alone", take_no_init, "debug"},
    {"dump-memory", "FILE", "write the guest's memory, as it is at the end", take_dump_memory,
     "run"},
    {"dump-dtb", "FILE", "write the device tree", take_dump_dtb, "run"},
};
enum { ROWS = sizeof rows / sizeof *rows, HELP = ROWS };
static_assert(HELP < ':', "options are numbers that no character of getopt's is");

static bool is_for(const struct option_row *row, const char *command)
{
    return !row->only || strstr(row->only, command);
}

static void print_help(const char *command, const char *summary)
{
    printf("usage: trapeze %s [OPTIONS] IMAGE\n%s\n\noptions:\n", command, summary);
    for (unsigned i = 0; i < ROWS; i++) {
        char text[32];
        if (!is_for(&rows[i], command))
            continue;
        snprintf(text, sizeof text, "--%s %s", rows[i].name, rows[i].value ? rows[i].value : "");
        printf("  %-18s %s\n", text, rows[i].help);
    }
    printf("  %-18s %s\n", "--help", "print this help");
}

static void fill_long_options(struct option *options, const char *command)
{
    for (int i = 0; i < ROWS; i++)
        if (is_for(&rows[i], command))
            *options++ = (struct option){
                .name = rows[i].name,
                .has_arg = rows[i].value ? required_argument : no_argument,
                .val = i,
            };
    *options++ = (struct option){.name = "help", .has_arg = no_argument, .val = HELP};
    *options = (struct option){0};
}

static enum parsed wrong_option(const char *command, const struct option_row *row,
                                const char *value)
{
    fprintf(stderr, "trapeze %s: --%s: '%s' is not a value for it (see --help)\n", command,
            row->name, value);
    return PARSED_WRONG;
}

/* getopt tells ':' for a missing value and '?' for the rest. */
static enum parsed wrong_syntax(const char *command, int what, const char *word)
{
    fprintf(stderr, "trapeze %s: %s%s\n", command,
            what == ':' ? "a value is missing after " : "unknown option ", word);
    return PARSED_WRONG;
}

static int row_named(const char *name)
{
    int row = 0;
    while (strcmp(rows[row].name, name) != 0)
        row++;
    return row;
}

/* The next option's row or HELP, or what else getopt_long returns. */
static int next_option(int argc, char **argv, const struct option *long_options)
{
    bool is_debug = strcmp(argv[0], "debug") == 0;
    int which = getopt_long(argc, argv, is_debug ? ":x:c:" : ":", long_options, NULL);
    return which == 'x' ? row_named("exec") : which == 'c' ? row_named("command") : which;
}

static enum parsed parse_options(struct options *options, int argc, char **argv,
                                 const char *summary)
{
    struct option long_options[ROWS + 2];
    fill_long_options(long_options, argv[0]);
    optind = 0; /* getopt starts anew */
    opterr = 0;
    for (;;) {
        int at = optind ? optind : 1;
        int which = next_option(argc, argv, long_options);
        if (which < 0)
            return PARSED;
        if (which == HELP) {
            print_help(argv[0], summary);
            return PARSED_HELP;
        }
        if (which == ':' || which == '?')
            return wrong_syntax(argv[0], which, argv[optind > at ? optind - 1 : at]);
        if (!rows[which].take(options, optarg))
            return wrong_option(argv[0], &rows[which], optarg);
    }
}

enum parsed options_parse(struct options *options, int argc, char **argv, const char *summary)
{
    *options =
        (struct options){.board = board_default(), .max = NEVER, .every = 100000, .granularity = 4};
    enum parsed parsed = parse_options(options, argc, argv, summary);
    if (parsed != PARSED)
        return parsed;
    options->vm.seed = options->board.seed;
    if (options->traps_misaligned)
        options->board.isa &= ~ISA(Zicclsm);
    if (argc - optind > 1) {
        fprintf(stderr, "trapeze %s: one IMAGE, not also '%s'\n", argv[0], argv[optind + 1]);
        return PARSED_WRONG;
    }
    options->image = argv[optind];
    if (!options->image && !options->dump_dtb && !options->board.firmware_path) {
        fprintf(stderr, "trapeze %s: no IMAGE given (see --help)\n", argv[0]);
        return PARSED_WRONG;
    }
    return PARSED;
}
