/* A machine with a hostile VM and its neighbour, and the neighbour's twin. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostile.h"

enum {
    BOUTS = 4,     /* guests in one world; the next finds the memory of the one before */
    SLICES = 12,   /* of a bout, each followed by one of the neighbour, and checks */
    SLICE = 700,   /* steps, at the most; many end sooner, in a budget of a few */
    QUIET = 60,    /* the neighbour's steps a slice */
    NEIGHBOURS = 8 /* there are so many to choose from */
};

struct world {
    struct program hostile, quiet;
    struct hosted *attacker, *neighbour, *alone;
    uint64_t seed;
    uint64_t kept; /* hash of what the VMM keeps for good, where it withholds nothing */
    bool withholds;
};

static uint64_t hash(uint64_t sum, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i + 8 <= size; i += 8) {
        uint64_t word;
        memcpy(&word, at + i, 8);
        sum = (sum ^ word) * 0x100000001b3;
    }
    return sum;
}

/* The VM's owner array and p2m, which no run changes; and frames that nobody has, which are zero.
 */
static uint64_t hash_of_kept(const struct vm *vm)
{
    uint64_t sum = 0;
    uint64_t end = vm->shadows.pool.a;
    for (uint64_t at = vm->owners.base.a; at < end; at += PAGE_SIZE)
        sum = hash(sum, hw_frame(vm->hw, HPA(at)), PAGE_SIZE);
    return sum;
}

static void make_quiet(struct world *w)
{
    program_make(&w->quiet, 1 + w->seed % NEIGHBOURS, FIRMWARE_BUILTIN);
}

static bool set_up(struct world *w, const struct profile *profile)
{
    make_quiet(w);
    w->attacker = hosted_new_with_room(&w->hostile.boot, ENGINE_BLOCK,
                                       vm_memory_needed(w->quiet.boot.config.ram_size));
    w->neighbour = w->attacker ? hosted_new_beside(w->attacker, &w->quiet.boot) : NULL;
    w->alone = hosted_new(&w->quiet.boot, ENGINE_BLOCK);
    if (!w->neighbour || !w->alone)
        return false;
    /* Shadows that forget, or synchronise late, must not let it reach more. */
    hosted_vm(w->attacker)->config =
        (struct vm_config){.shadow = profile->shadow,
                           .passes_uart = profile->passes_uart,
                           .is_stale = w->seed >> 8 & 1,
                           .is_silent = w->seed >> 11 & 1,
                           .amnesia = w->seed >> 9 & 3 ? 0 : (uint64_t)1 << 28,
                           .seed = w->seed};
    hosted_vm(w->neighbour)->config.shadow = hosted_vm(w->alone)->config.shadow = SHADOW_FLUSH;
    hosted_boot(w->attacker);
    hosted_boot(w->neighbour);
    hosted_boot(w->alone);
    w->withholds = w->seed >> 12 & 1;
    w->kept = hash_of_kept(hosted_vm(w->attacker)) ^ hash_of_kept(hosted_vm(w->neighbour));
    return true;
}

static void tear_down(struct world *w)
{
    hosted_free(w->neighbour);
    hosted_free(w->attacker);
    hosted_free(w->alone);
}

/* Another guest in the hostile VM, over what the one before has left. */
static void begin_again(struct world *w)
{
    struct vm *vm = hosted_vm(w->attacker);
    boot_load(&w->hostile.boot, &vm->platform);
    for (unsigned i = 0; i < vm->platform.harts; i++) /* registers worth using */
        for (unsigned x = 1; x < 32; x++)
            if (program_random(&w->seed) % 4 == 0)
                vm->vcpu[i].hart.x[x] = program_random(&w->seed) >> program_random(&w->seed) % 64;
    vm_forget(vm);
}

/* Runs so many steps, over reboots and power-offs: it begins again. */
static void run_hostile(struct world *w, uint64_t steps)
{
    struct platform *platform = &hosted_vm(w->attacker)->platform;
    uint64_t end = platform->s.clock.steps + steps;
    enum stop stop = platform_run(platform, end);
    if (stop != STOP_LIMIT)
        begin_again(w);
}

/* Meanwhile the VMM logs, shares and takes away what it likes of the hostile VM's memory. */
static void withhold_some(struct world *w)
{
    struct vm *vm = hosted_vm(w->attacker);
    uint64_t page = program_random(&w->seed) % (PROGRAM_RAM / PAGE_SIZE);
    gpa_t gpa = GPA(RAM_BASE + page * PAGE_SIZE);
    hpa_t shared;
    switch (program_random(&w->seed) % 8) {
    case 0:
        withhold_log(vm, program_random(&w->seed) % 2);
        break;
    case 1:
        withhold_was_written(vm, gpa);
        break;
    case 2:
        withhold_punch(vm, gpa);
        break;
    case 3:
    case 4:
        if (withhold_share(vm, gpa, &shared) && program_random(&w->seed) % 2)
            withhold_release(vm, gpa, shared);
        break;
    default: /* a table */
        gpa.a = RAM_BASE + PROGRAM_TABLES + page % 8 * PAGE_SIZE;
        if (page % 16 == 0)
            withhold_punch(vm, gpa);
        else
            withhold_share(vm, gpa, &shared);
    }
}

static void run_quiet(struct hosted *hosted)
{
    struct platform *platform = &hosted_vm(hosted)->platform;
    platform_run(platform, platform->s.clock.steps + QUIET);
    if (platform->s.stop == STOP_REBOOT)
        hosted_boot(hosted);
}

/* Registers, CSRs, devices, output. */
static bool is_same_state(struct hosted *a, struct hosted *b)
{
    const struct platform *p = &hosted_vm(a)->platform, *q = &hosted_vm(b)->platform;
    for (unsigned i = 0; i < p->harts; i++)
        if (memcmp(p->hart[i]->x, q->hart[i]->x, sizeof p->hart[i]->x) != 0 ||
            memcmp(&p->hart[i]->csr, &q->hart[i]->csr, sizeof p->hart[i]->csr) != 0 ||
            p->hart[i]->pc != q->hart[i]->pc || p->hart[i]->mode != q->hart[i]->mode)
            return false;
    return p->s.clock.steps == q->s.clock.steps && p->s.clock.idle == q->s.clock.idle &&
           p->s.output_count == q->s.output_count && p->s.output_hash == q->s.output_hash;
}

static const uint8_t *page_of(struct hosted *hosted, uint64_t gpa)
{
    hpa_t hpa;
    struct vm *vm = hosted_vm(hosted);
    return vm_translate(vm, GPA(gpa), 0, &hpa) ? hw_frame(vm->hw, hpa) : NULL;
}

static bool is_same_memory(const struct world *w)
{
    for (uint64_t gpa = RAM_BASE; gpa < RAM_BASE + PROGRAM_RAM; gpa += PAGE_SIZE) {
        const uint8_t *a = page_of(w->neighbour, gpa), *b = page_of(w->alone, gpa);
        if (!a || !b || memcmp(a, b, PAGE_SIZE) != 0)
            return false;
    }
    return true;
}

static const char *check_slice(struct world *w, bool is_audited)
{
    const char *wrong = NULL;
    if (is_audited)
        wrong = hostile_check(hosted_vm(w->attacker));
    if (!wrong && !is_same_state(w->neighbour, w->alone))
        return "the neighbour does not run as it does alone";
    return wrong;
}

static const char *check_world(const struct world *w, bool is_audited)
{
    if (!is_same_memory(w))
        return "the neighbour's memory is not what it is alone";
    if (!is_audited)
        return NULL;
    if (!w->withholds &&
        (hash_of_kept(hosted_vm(w->attacker)) ^ hash_of_kept(hosted_vm(w->neighbour))) != w->kept)
        return "the VMM's own memory was changed";
    return hostile_check(hosted_vm(w->neighbour));
}

static uint64_t some_steps(uint64_t *random)
{
    static const uint64_t limits[] = {1, 3, 20, 100, SLICE, SLICE};
    return 1 + program_random(random) % limits[program_random(random) % 6];
}

static const char *run_bouts(struct world *w, const struct profile *profile, const uint8_t *bytes,
                             size_t size, bool is_audited, struct hostile_counts *counts)
{
    const char *wrong = NULL;
    for (unsigned bout = 0; bout < BOUTS && !wrong; bout++) {
        if (bout) {
            hostile_make(&w->hostile, profile, w->seed + bout, bytes, size);
            begin_again(w);
        }
        for (unsigned slice = 0; slice < SLICES && !wrong; slice++) {
            if (w->withholds)
                withhold_some(w);
            run_hostile(w, some_steps(&w->seed));
            run_quiet(w->neighbour);
            run_quiet(w->alone);
            wrong = check_slice(w, is_audited);
            counts->checks++;
        }
    }
    return wrong ? wrong : check_world(w, is_audited);
}

const char *hostile_world(const struct profile *profile, uint64_t seed, const uint8_t *bytes,
                          size_t size, const struct sabotage *sabotage,
                          struct hostile_counts *counts)
{
    static struct world world;
    const char *wrong = "no memory for a machine";
    memset(&world, 0, sizeof world);
    world.seed = seed;
    hostile_make(&world.hostile, profile, seed, bytes, size);
    if (set_up(&world, profile)) {
        const struct vm *vm = hosted_vm(world.attacker);
        if (sabotage)
            sabotage->spoil(hosted_vm(world.attacker), hosted_vm(world.neighbour));
        wrong = run_bouts(&world, profile, bytes, size, !sabotage || sabotage->is_audited, counts);
        for (unsigned i = 0; i < EXIT_COUNT; i++)
            counts->exits[i] += vm->stats.exits[i];
        counts->steps += vm->platform.s.clock.steps;
        counts->neighbour_steps += hosted_vm(world.alone)->platform.s.clock.steps;
        counts->worlds++;
    }
    tear_down(&world);
    return wrong;
}
