/* endings ELF: the guest OS runs its test program and powers off, in many ways, and comes to the
 * same end in all of them: on both engines, compared on the way; saved and restored in mid-run;
 * rolled back; bare and in a VM. Exit status 1: it does not. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "agree.h"
#include "hosted.h"
#include "input.h"
#include "save.h"

enum { SLICE = 100000, LIMIT = 50000000 };
static const char input[] = "usertests\npoweroff\n";

/* Where a run ended: harts, devices, memory. Plain, so that two can be compared. */
struct ending {
    uint64_t x[32], pc;
    struct csrs csr;
    struct clock clock;
    uint64_t stop, status, output_count, output_hash, memory;
    struct uart uart;
    struct plic plic;
};

static struct save taken(const struct platform *platform)
{
    struct save save;
    if (!save_take(platform, &save)) {
        perror("endings");
        exit(1);
    }
    return save;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    return (hash ^ word) * 0x100000001b3;
}

static uint64_t hash_of(const struct save *save)
{
    uint64_t hash = save->pages;
    for (uint64_t i = 0; i < save->pages; i++)
        hash = mix(hash, save->frame[i]);
    for (uint64_t i = 0; i < save->pages * PAGE_SIZE; i += 8) {
        uint64_t word;
        memcpy(&word, save->bytes + i, 8);
        hash = mix(hash, word);
    }
    return hash;
}

static struct ending ending_of(const struct platform *platform)
{
    const struct hart *hart = platform->hart[0];
    const struct platform_state *s = &platform->s;
    struct save save = taken(platform);
    struct ending end;
    memset(&end, 0, sizeof end);
    memcpy(end.x, hart->x, sizeof end.x);
    end.pc = hart->pc;
    end.csr = hart->csr;
    end.clock = s->clock;
    end.stop = s->stop;
    end.status = (uint64_t)s->status;
    end.output_count = s->output_count;
    end.output_hash = s->output_hash;
    end.memory = hash_of(&save);
    end.uart = s->uart;
    end.plic = s->plic;
    save_free(&save);
    return end;
}

static struct boot boot;
static struct ending expected;
static bool all_same = true;

static void expect_same(const char *how, const struct platform *platform)
{
    struct ending end = ending_of(platform);
    bool same = memcmp(&end, &expected, sizeof end) == 0;
    printf("%-44s %s after %" PRIu64 " steps\n", how, same ? "the same end" : "ANOTHER END",
           end.clock.steps);
    all_same &= same;
}

static struct machine *start(enum engine engine)
{
    struct machine *machine = machine_new(&boot.config, engine);
    if (!machine) {
        perror("endings");
        exit(1);
    }
    input_paced(&machine->platform, (const uint8_t *)input, sizeof input - 1);
    machine_boot(machine, &boot);
    return machine;
}

static struct hosted *start_vm(void)
{
    struct hosted *hosted = hosted_new(&boot, ENGINE_BLOCK);
    if (!hosted) {
        perror("endings");
        exit(1);
    }
    struct platform *platform = &hosted_vm(hosted)->platform;
    input_paced(platform, (const uint8_t *)input, sizeof input - 1);
    hosted_boot(hosted);
    return hosted;
}

/* The guest must have done what it was told, or the rest proves little. */
static void run_straight(void)
{
    struct machine *machine = start(ENGINE_BLOCK);
    machine_run(machine, LIMIT);
    expected = ending_of(&machine->platform);
    bool is_good = expected.stop == STOP_POWEROFF && expected.status == 0;
    bool is_long = expected.clock.steps > 5000000 && expected.output_count > 3000;
    all_same &= is_good && is_long;
    printf("%-44s %s\n", "bare", is_good && is_long ? "powered off" : "NOT WELL");
    machine_free(machine);
}

static void run_both_engines(void)
{
    struct machine *step = start(ENGINE_STEP), *block = start(ENGINE_BLOCK);
    clock_t from = clock();
    enum stop stop = STOP_LIMIT;
    while (stop == STOP_LIMIT && all_same) {
        uint64_t until = block->platform.s.clock.steps + SLICE;
        stop = machine_run(block, until);
        machine_run(step, until);
        all_same = agree(step, block, RAM_BASE, boot.config.ram_size, stderr);
    }
    double seconds = (double)(clock() - from) / CLOCKS_PER_SEC;
    expect_same("reference and block engine, compared", &step->platform);
    printf("%-44s %.1f million a second\n", "",
           (double)step->platform.s.clock.steps / seconds / 1e6);
    machine_free(step);
    machine_free(block);
}

static void run_saved(uint64_t half)
{
    struct machine *first = start(ENGINE_BLOCK), *second = start(ENGINE_BLOCK);
    machine_run(first, half);
    struct save save = taken(&first->platform);
    machine_run(first, LIMIT);
    expect_same("saved under way", &first->platform);
    save_put(&first->platform, &save);
    machine_run(first, LIMIT);
    expect_same("restored", &first->platform);
    machine_run(second, half / 3);
    save_put(&second->platform, &save);
    machine_run(second, LIMIT);
    expect_same("restored into another machine", &second->platform);
    machine_free(second);

    struct hosted *hosted = start_vm();
    struct platform *vm = &hosted_vm(hosted)->platform;
    platform_run(vm, half / 3);
    save_put(vm, &save);
    vm_forget(hosted_vm(hosted));
    platform_run(vm, LIMIT);
    expect_same("restored into a VM", vm);
    hosted_free(hosted);
    save_free(&save);
    machine_free(first);
}

static void run_rolled_back(uint64_t half)
{
    struct machine *machine = start(ENGINE_BLOCK);
    struct state state;
    for (uint64_t at = half / 2; at <= half; at += half / 4) {
        machine_run(machine, at);
        machine_checkpoint(machine, &state);
        machine_run(machine, at + half / 3);
        machine_rollback(machine, &state);
    }
    machine_run(machine, LIMIT);
    expect_same("rolled back under way", &machine->platform);
    machine_rollback(machine, &state);
    machine_run(machine, LIMIT);
    expect_same("rolled back from the end", &machine->platform);
    machine_free(machine);
}

static void run_vm(uint64_t half)
{
    struct hosted *hosted = start_vm();
    struct platform *platform = &hosted_vm(hosted)->platform;
    for (uint64_t at = half / 2; at <= half; at += half / 4) {
        platform_run(platform, at);
        hosted_checkpoint(hosted);
        platform_run(platform, at + half / 3);
        hosted_rollback(hosted);
    }
    platform_run(platform, LIMIT);
    expect_same("in a VM, rolled back under way", platform);
    hosted_rollback(hosted);
    platform_run(platform, LIMIT);
    expect_same("in a VM, rolled back from the end", platform);
    hosted_free(hosted);
}

int main(int argc, char **argv)
{
    char error[256];
    struct board_config config = board_default();
    config.ram_size = 32 << 20;
    if (argc != 2) {
        fprintf(stderr, "usage: endings ELF\n");
        return 2;
    }
    if (!boot_prepare(&boot, &config, argv[1], error, sizeof error)) {
        fprintf(stderr, "endings: %s\n", error);
        return 1;
    }
    run_straight();
    uint64_t half = expected.clock.steps / 2;
    run_both_engines();
    run_saved(half);
    run_rolled_back(half);
    run_vm(half);
    boot_free(&boot);
    return all_same ? 0 : 1;
}
