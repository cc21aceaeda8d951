/* diff: generated cases on Trapeze and on QEMU, compared to the byte; and kept ones.
 *
 * Exit status: 0 all is well; 1 a case differs, or a goal of coverage is missed; 2 usage. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "kept.h"
#include "make.h"
#include "pair.h"
#include "shrink.h"

enum { SHOWN = 3, ENOUGH = 12 }; /* differences that are shrunk of a batch, and that end a run */

struct options {
    uint64_t seed, cases, insns, goal;
    bool has_goal, is_quiet, is_replay;
    struct plant plant;
    const char *keep, *qemu;
    isa_t isa; /* 0: each of the profiles in its turn */
};

struct run {
    struct options options;
    struct qemu qemu;
    uint8_t *monitor;
    size_t monitor_size;
    struct coverage coverage;
    uint64_t differ;
};

/* The harts that are compared: how many of sixteen batches are of each. */
static const struct {
    isa_t isa;
    unsigned share;
} profiles[] = {
    {ISA_FULL | ISA(Zba) | ISA(Zbb), 13},
    {(ISA_FULL & ~ISA(C)) | ISA(Zba) | ISA(Zbb), 2},
    {ISA_FULL & ~ISA(Sstc), 1},
};
enum { SHARES = 16 };

static isa_t isa_of(uint64_t batch)
{
    uint64_t share = batch * 7 % SHARES; /* mixed, so that few batches have all */
    unsigned i = 0;
    for (; share >= profiles[i].share; i++)
        share -= profiles[i].share;
    return profiles[i].isa;
}

static struct pair open_pair(struct run *run, isa_t isa)
{
    struct pair pair;
    if (!pair_init(&pair, isa, &run->qemu, run->monitor, run->monitor_size)) {
        perror("diff");
        exit(1);
    }
    pair_plant(&pair, run->options.plant);
    return pair;
}

/* What differs in case 0 of the pair is told, and kept where that is wanted. */
static void tell_shrunk(const struct run *run, struct pair *pair, uint64_t seed)
{
    static struct kept kept;
    char path[512], title[64];
    print_code(pair->before[0], pair->isa, stderr);
    pair_tell(pair, 0, stderr);
    if (!run->options.keep)
        return;
    kept.isa = pair->isa;
    memcpy(kept.before, pair->before[0], SLOT_SIZE);
    memcpy(kept.after, pair_theirs(pair, 0), SLOT_SIZE);
    snprintf(path, sizeof path, "%s/seed-%" PRIu64 ".case", run->options.keep, seed);
    snprintf(title, sizeof title, "Seed %" PRIu64 "; the end is QEMU's.", seed);
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        return;
    }
    kept_print(&kept, title, file);
    fclose(file);
    fprintf(stderr, "kept in %s\n", path);
}

/* Shrinks the case of a seed that differed in its batch. */
static void explain(const struct run *run, struct pair *pair, uint64_t seed)
{
    static uint8_t slot[SLOT_SIZE];
    char isa[128];
    isa_print(pair->isa, isa, sizeof isa);
    make_case(slot, seed, RUN_BASE, pair->isa);
    if (!shrink(pair, slot)) {
        fprintf(stderr, "seed %" PRIu64 " (%s) does not differ alone\n", seed, isa);
        return;
    }
    fprintf(stderr, "seed %" PRIu64 " (%s): what is left of it, %u instructions:\n", seed, isa,
            count_code(slot));
    tell_shrunk(run, pair, seed);
}

/* One batch of cases. */
static void run_batch(struct run *run, uint64_t batch, unsigned count)
{
    static uint8_t slot[SLOT_SIZE];
    static bool differs[SLOTS];
    static uint64_t seeds[SLOTS], wrong[SLOTS];
    char isa[128];
    struct pair pair = open_pair(run, run->options.isa ? run->options.isa : isa_of(batch));
    for (unsigned i = 0; i < count; i++) {
        uint64_t seed = run->options.seed + batch * SLOTS + i;
        seeds[pair.count] = seed;
        run->coverage.generated += make_case(slot, seed, RUN_BASE, pair.isa);
        pair_add(&pair, slot, &run->coverage);
    }
    if (!pair_compare(&pair, differs))
        exit(1);
    isa_print(pair.isa, isa, sizeof isa);
    unsigned found = 0;
    for (unsigned i = 0; i < pair.count; i++)
        if (differs[i]) {
            if (found < SHOWN) {
                fprintf(stderr,
                        "seed %" PRIu64 " differs; --isa %s --seed %" PRIu64 " --cases 1:\n",
                        seeds[i], isa, seeds[i]);
                pair_tell(&pair, i, stderr);
            }
            wrong[found++] = seeds[i];
        }
    const struct plant *plant = &run->options.plant;
    bool is_planted = plant->row != INSN_COUNT || plant->csr || plant->twin != TWINS;
    for (unsigned i = 0; i < found && i < (is_planted ? 1 : SHOWN); i++)
        explain(run, &pair, wrong[i]);
    run->differ += found;
    pair_free(&pair);
}

static bool generate(struct run *run)
{
    const struct options *options = &run->options;
    const uint64_t *generated = &run->coverage.generated;
    uint64_t left = options->cases;
    for (uint64_t batch = 0; left > 0 && *generated < options->insns && run->differ < ENOUGH;
         batch++) {
        unsigned count = left < SLOTS ? (unsigned)left : SLOTS;
        run_batch(run, batch, count);
        left -= count;
        if (!options->is_quiet)
            fprintf(stderr, "%" PRIu64 " instructions generated, %" PRIu64 " cases differ\n",
                    *generated, run->differ);
    }
    FILE *out = options->is_quiet ? fopen("/dev/null", "w") : stdout;
    unsigned missed = coverage_print(&run->coverage, options->goal, profiles[0].isa, out);
    if (out != stdout)
        fclose(out);
    printf("%" PRIu64 " cases, %" PRIu64 " instructions generated, %" PRIu64 " retired; %" PRIu64
           " cases differ",
           run->coverage.cases, run->coverage.generated, run->coverage.steps, run->differ);
    if (options->has_goal)
        printf(", %u goals missed", missed);
    printf("\n");
    return run->differ == 0 && run->coverage.cases > 0 && !(options->has_goal && missed);
}

/* A kept case, on our side against its file, and on QEMU against ours. */
static bool replay(struct run *run, const char *path)
{
    static struct kept kept;
    bool differs[1] = {true};
    if (!kept_load(&kept, path))
        return false;
    struct pair pair = open_pair(run, kept.isa);
    bool runs = pair_add(&pair, kept.before, NULL);
    if (!runs)
        fprintf(stderr, "%s: does not end\n", path);
    bool is_right = runs && memcmp(pair.after[0], kept.after, SLOT_SIZE) == 0;
    if (runs && !is_right) {
        fprintf(stderr, "%s: not as recorded:\n", path);
        tell_ends("the file", pair.after[0], kept.after, stderr);
    }
    bool agrees = runs && pair_compare(&pair, differs) && !differs[0];
    if (runs && !agrees) {
        fprintf(stderr, "%s: not the same on all:\n", path);
        pair_tell(&pair, 0, stderr);
    }
    pair_free(&pair);
    return is_right && agrees;
}

static uint8_t *read_monitor(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(MONITOR_NEXT);
    if (!file || !bytes) {
        perror(path);
        exit(1);
    }
    *size = fread(bytes, 1, MONITOR_NEXT, file);
    fclose(file);
    return bytes;
}

static _Noreturn void usage(void)
{
    fprintf(
        stderr,
        "usage: diff [OPTION...] MONITOR             compares generated cases\n"
        "       diff [OPTION...] --replay MONITOR FILE...    compares kept ones\n"
        "  --cases N, --seed N   how many, and the seed of the first\n"
        "  --insns N             as many as make so many instructions\n"
        "  --isa STRING          all harts are of this kind; else of several by turns\n"
        "  --goal N              executions that each row must come to, and all that is printed\n"
        "                        as `too few` or `never` is a failure\n"
        "  --keep DIR            what differs is kept there, shrunk\n"
        "  --quiet               only the last line\n"
        "  --plant row=NAME      this side gets the results of an instruction wrong,\n"
        "  --plant csr=NAME      or what a CSR keeps; or the engine, or the VM, starts with a\n"
        "  --plant twin=NAME     register wrong\n"
        "  --qemu PROGRAM        qemu-system-riscv64\n");
    exit(2);
}

static struct plant plant_of(const char *text)
{
    struct plant plant = {.row = INSN_COUNT, .twin = TWINS};
    for (unsigned id = 0; strncmp(text, "row=", 4) == 0 && id < INSN_COUNT; id++)
        if (strcmp(text + 4, insn_table[id].name) == 0)
            plant.row = (enum insn_id)id;
    for (unsigned row = 0; strncmp(text, "csr=", 4) == 0 && row < csr_rows; row++)
        if (strcmp(text + 4, csr_table[row].name) == 0)
            plant.csr = csr_table[row].number;
    for (enum twin_kind kind = 0; strncmp(text, "twin=", 5) == 0 && kind < TWINS; kind++)
        if (strcmp(text + 5, twin_names[kind]) == 0)
            plant.twin = kind;
    if (plant.row == INSN_COUNT && !plant.csr && plant.twin == TWINS)
        usage();
    return plant;
}

static void take_option(struct options *options, int option)
{
    switch (option) {
    case 's':
        options->seed = strtoull(optarg, NULL, 10);
        return;
    case 'c':
        options->cases = strtoull(optarg, NULL, 10);
        return;
    case 'n':
        options->insns = strtoull(optarg, NULL, 10);
        options->cases = UINT64_MAX;
        return;
    case 'g':
        options->goal = strtoull(optarg, NULL, 10);
        options->has_goal = true;
        return;
    case 'p':
        options->plant = plant_of(optarg);
        return;
    case 'k':
        options->keep = optarg;
        return;
    case 'i':
        if (!isa_parse(optarg, &options->isa, &(const char *){NULL}))
            usage();
        return;
    case 'm':
        options->qemu = optarg;
        return;
    case 'q':
        options->is_quiet = true;
        return;
    case 'r':
        options->is_replay = true;
        return;
    default:
        usage();
    }
}

static struct options read_options(int argc, char **argv)
{
    static const struct option names[] = {
        {"seed", 1, NULL, 's'},   {"cases", 1, NULL, 'c'}, {"goal", 1, NULL, 'g'},
        {"plant", 1, NULL, 'p'},  {"keep", 1, NULL, 'k'},  {"qemu", 1, NULL, 'm'},
        {"isa", 1, NULL, 'i'},    {"insns", 1, NULL, 'n'}, {"quiet", 0, NULL, 'q'},
        {"replay", 0, NULL, 'r'}, {NULL, 0, NULL, 0}};
    struct options options = {.seed = 1,
                              .cases = SLOTS,
                              .insns = UINT64_MAX,
                              .plant = {.row = INSN_COUNT, .twin = TWINS},
                              .qemu = "qemu-system-riscv64"};
    for (int option; (option = getopt_long(argc, argv, "", names, NULL)) != -1;)
        take_option(&options, option);
    if (options.is_replay ? optind >= argc : optind != argc - 1)
        usage();
    return options;
}

int main(int argc, char **argv)
{
    static struct run run;
    bool is_well = true;
    run.options = read_options(argc, argv);
    run.monitor = read_monitor(argv[optind], &run.monitor_size);
    coverage_init(&run.coverage);
    if (!qemu_init(&run.qemu, run.options.qemu, DIFF_RAM)) {
        perror("diff");
        return 1;
    }
    if (!run.options.is_replay)
        is_well = generate(&run);
    for (int i = optind + 1; i < argc; i++)
        is_well &= replay(&run, argv[i]);
    if (run.options.is_replay)
        printf("%d kept cases, %s\n", argc - optind - 1, is_well ? "as recorded" : "not all right");
    qemu_free(&run.qemu);
    free(run.monitor);
    return is_well ? 0 : 1;
}
