/* engines SEEDS [FIRST]: random programs on both engines, compared as they go.
 *
 * One side is the reference: a step at a time by ENGINE_STEP, its instructions counted by row of
 * insn.def. The other is ENGINE_BLOCK, in slices of random length, so that budgets end anywhere.
 * Exit status 1: they differ, or a row of the table was hardly used. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agree.h"
#include "insn.h"
#include "program.h"

enum {
    STEPS = 30000,   /* of each program */
    LONGEST = 2000,  /* of a slice */
    PATIENCE = 1000, /* steps without an instruction that retires, until it is given up */
    PER_SEED = 1,    /* what each row must come to, for so many seeds */
};

struct counts {
    uint64_t retired[INSN_COUNT];
    uint64_t compressed, steps;
    uint64_t modes[4];
};

/* What the reference fetches last, seen through its port. */
struct spy {
    struct port *port;
    bool (*load)(struct port *port, uint64_t pa, unsigned size, enum access why, uint64_t *value);
    uint32_t word;
    bool has_half; /* `word` is the first half of a long instruction */
};
static struct spy spy;

static bool spying_load(struct port *port, uint64_t pa, unsigned size, enum access why,
                        uint64_t *value)
{
    bool done = spy.load(port, pa, size, why, value);
    if (!done || why != ACCESS_FETCH)
        return done;
    if (spy.has_half)
        spy.word |= (uint32_t)*value << 16;
    else
        spy.word = (uint32_t)*value;
    spy.has_half = !spy.has_half && insn_is_long(spy.word);
    return done;
}

static void spy_on(struct machine *machine)
{
    spy = (struct spy){.port = cpu_port(machine->cpu)};
    spy.load = spy.port->load;
    spy.port->load = spying_load;
}

/* One step of the reference, counted when it retired. */
static enum stop step(struct machine *machine, struct counts *counts)
{
    struct platform *platform = &machine->platform;
    uint64_t before[MAX_HARTS];
    enum mode mode[MAX_HARTS];
    for (unsigned i = 0; i < platform->harts; i++) {
        before[i] = machine->hart[i].csr.minstret;
        mode[i] = machine->hart[i].mode;
    }
    spy.has_half = false;
    enum stop stop = machine_run(machine, platform->s.clock.steps + 1);
    unsigned turn = platform->s.turn;
    if (machine->hart[turn].csr.minstret != before[turn] + 1)
        return stop;
    struct insn insn = insn_decode(spy.word, PROGRAM_ISA);
    if (insn.id != INSN_ILLEGAL)
        counts->retired[insn.id]++;
    counts->compressed += insn.length == 2;
    counts->modes[mode[turn]]++;
    return stop;
}

static struct machine *machine_for(const struct program *program, enum engine engine)
{
    struct machine *machine = machine_new(&program->boot.config, engine);
    if (!machine) {
        perror("engines");
        exit(1);
    }
    machine_boot(machine, &program->boot);
    return machine;
}

/* A slice: mostly short, now and then long. */
static uint64_t some_steps(uint64_t *random)
{
    static const uint64_t limits[] = {1, 4, 16, 100, 100, LONGEST};
    return 1 + program_random(random) % limits[program_random(random) % 6];
}

static uint64_t retired(const struct counts *counts)
{
    return counts->modes[MODE_U] + counts->modes[MODE_S] + counts->modes[MODE_M];
}

/* What a test of this test does to one side after `spoil_at` steps. */
struct fault {
    void (*spoil)(struct machine *machine);
    uint64_t at;
};

/* Runs a program on both engines. False: they differ, which was told. */
static bool same_on_both(const struct program *program, uint64_t seed, struct counts *counts,
                         const struct fault *fault)
{
    struct machine *a = machine_for(program, ENGINE_STEP);
    struct machine *b = machine_for(program, ENGINE_BLOCK);
    uint64_t random = seed, last = 0, last_retired = retired(counts);
    bool is_spoilt = false, same = true;
    enum stop stop = STOP_LIMIT;
    spy_on(a);
    while (same && stop == STOP_LIMIT && last < STEPS) {
        uint64_t until = last + some_steps(&random);
        while (a->platform.s.clock.steps < until && stop == STOP_LIMIT)
            stop = step(a, counts);
        machine_run(b, until);
        if (fault && until >= fault->at && !is_spoilt) {
            fault->spoil(b);
            is_spoilt = true;
        }
        same = agree(a, b, RAM_BASE, PROGRAM_SIZE, NULL);
        if (until - last >= PATIENCE && retired(counts) == last_retired)
            break;
        if (same)
            last = until;
        last_retired = retired(counts);
    }
    counts->steps += a->platform.s.clock.steps;
    same = agree(a, b, RAM_BASE, PROGRAM_RAM, NULL);
    if (!same && !fault) {
        fprintf(stderr, "seed %" PRIu64 "%s: the engines differ after step %" PRIu64 "\n", seed,
                program->boot.config.firmware == FIRMWARE_BUILTIN ? " with firmware" : "", last);
        fprintf(stderr, "  %-18s %16s %16s\n", "", "step", "block");
        agree(a, b, RAM_BASE, PROGRAM_RAM, stderr);
    }
    machine_free(a);
    machine_free(b);
    return same;
}

static bool run_seed(uint64_t seed, struct counts *counts)
{
    static struct program program;
    bool same = true;
    for (int with = 0; with < 2; with++) {
        program_make(&program, seed, with ? FIRMWARE_BUILTIN : FIRMWARE_NONE);
        same &= same_on_both(&program, seed, counts, NULL);
    }
    return same;
}

/* The comparison must be able to fail. */
static void spoil_register(struct machine *machine)
{
    machine->hart[0].x[30] ^= 1;
}

static void spoil_csr(struct machine *machine)
{
    machine->hart[0].csr.sscratch ^= (uint64_t)1 << 40;
}

static void spoil_memory(struct machine *machine)
{
    *ram_at(&machine->ram, RAM_BASE + PROGRAM_RAM - 1, 1) ^= 0x80;
}

static void spoil_step(struct machine *machine)
{
    machine_run(machine, machine->platform.s.clock.steps + 1);
}

static void spoil_device(struct machine *machine)
{
    machine->platform.s.uart.scr ^= 1;
}

static bool sees_faults(void)
{
    static const struct {
        const char *name;
        void (*spoil)(struct machine *machine);
    } faults[] = {{"a register", spoil_register},
                  {"a CSR", spoil_csr},
                  {"a byte of memory", spoil_memory},
                  {"a step", spoil_step},
                  {"a device", spoil_device}};
    static struct program program;
    bool all = true;
    program_make(&program, 1, FIRMWARE_NONE);
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct counts counts = {0};
        struct fault fault = {.spoil = faults[i].spoil, .at = STEPS / 2};
        if (!same_on_both(&program, 1, &counts, &fault))
            continue;
        fprintf(stderr, "engines: %s was altered, and nobody saw it\n", faults[i].name);
        all = false;
    }
    return all;
}

/* Prints what ran. False: some row hardly did. */
static bool report(const struct counts *counts, uint64_t seeds, double seconds)
{
    bool enough = true;
    for (unsigned id = 0; id < INSN_COUNT; id++) {
        bool is_trap = id == INSN_ecall || id == INSN_ebreak; /* never retire */
        bool is_few = counts->retired[id] < PER_SEED * seeds && !is_trap;
        enough &= !is_few;
        printf("%-10s %9" PRIu64 "%s\n", insn_table[id].name, counts->retired[id],
               is_few ? "  too few" : "");
    }
    printf("%" PRIu64 " steps, %.1f%% retired (U %" PRIu64 ", S %" PRIu64 ", M %" PRIu64
           "), %" PRIu64 " compressed; %.2f million compared a second\n",
           counts->steps, 100.0 * (double)retired(counts) / (double)counts->steps,
           counts->modes[MODE_U], counts->modes[MODE_S], counts->modes[MODE_M], counts->compressed,
           (double)counts->steps / seconds / 1e6);
    return enough;
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: engines SEEDS [FIRST]\n");
        return 2;
    }
    uint64_t seeds = strtoull(argv[1], NULL, 10);
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    struct counts counts = {0};
    bool same = sees_faults();
    clock_t start = clock();
    for (uint64_t seed = first; seed < first + seeds; seed++)
        same &= run_seed(seed, &counts);
    bool enough = report(&counts, seeds, (double)(clock() - start) / CLOCKS_PER_SEC);
    return same && enough ? 0 : 1;
}
