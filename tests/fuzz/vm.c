/* vm SEEDS [FIRST]: random programs in all modes, or in S and U under the built-in firmware, bare
 * against in a VM, in lockstep, under each coherence policy by turns, and stale or with amnesia now
 * and then.
 *
 * Exit status 1: a program is not the same on both, or the VM broke a promise. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fidelity.h"
#include "program.h"
#include "stats.h"

enum { STEPS = 20000 };

struct sums {
    uint64_t steps, stale, direct, emulated;
};

static bool is_same(const struct program *program, uint64_t seed, struct sums *sums)
{
    static const uint64_t every[] = {1, 7, 100, 1000};
    static const enum engine engines[] = {ENGINE_BLOCK, ENGINE_BLOCK, ENGINE_BLOCK, ENGINE_STEP};
    struct machine *bare = machine_new(&program->boot.config, ENGINE_BLOCK);
    struct hosted *hosted = hosted_new(&program->boot, engines[seed / 4 % 4]);
    if (!bare || !hosted) {
        perror("vm");
        exit(1);
    }
    hosted_vm(hosted)->config = (struct vm_config){
        .shadow = (enum shadow_kind)(seed % SHADOW_KINDS),
        .is_stale = seed / 2 % 2,
        .is_silent = seed / 7 % 2,
        .amnesia = seed % 5 == 0 ? (uint64_t)1 << 27 : 0,
        .seed = seed,
    };
    machine_boot(bare, &program->boot);
    hosted_boot(hosted);
    fprintf(stderr, "seed %" PRIu64 "\r", seed); /* goes before a report */
    struct fidelity_run run = fidelity(
        bare, hosted,
        &(struct fidelity_config){.max = STEPS, .every = every[seed % 4], .report = stderr});
    const struct vm *vm = hosted_vm(hosted);
    bool honest = stats_are_honest(vm);
    if (run.result == FIDELITY_DIFFERENT || !honest)
        fprintf(stderr, "seed %" PRIu64 " is %s\n", seed, honest ? "different" : "not honest");
    if (!honest)
        stats_print(stderr, vm);
    sums->steps += run.steps;
    sums->stale += run.stale;
    sums->direct += vm->stats.direct;
    for (unsigned id = 0; id < INSN_COUNT; id++)
        sums->emulated += vm->stats.emulated[id];
    hosted_free(hosted);
    machine_free(bare);
    return run.result != FIDELITY_DIFFERENT && honest;
}

int main(int argc, char **argv)
{
    static struct program program;
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: vm SEEDS [FIRST]\n");
        return 2;
    }
    uint64_t seeds = strtoull(argv[1], NULL, 10);
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint64_t failures = 0;
    struct sums sums = {0};
    clock_t start = clock();
    for (uint64_t seed = first; seed < first + seeds; seed++) {
        program_make(&program, seed, seed / 3 % 2 ? FIRMWARE_NONE : FIRMWARE_BUILTIN);
        failures += !is_same(&program, seed, &sums);
    }
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("%" PRIu64 " programs, %" PRIu64 " failed; %" PRIu64 " steps (%" PRIu64
           " direct, %" PRIu64 " emulated), %" PRIu64
           " stale translations; %.2f million compared a second\n",
           seeds, failures, sums.steps, sums.direct, sums.emulated, sums.stale,
           (double)sums.steps / seconds / 1e6);
    return failures || sums.direct < sums.steps / 4;
}
