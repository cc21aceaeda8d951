/* hostile EXITS [SEED]: hostile guests beside a quiet one (hostile.h), until there were so many
 * exits, and of each reason a thousandth of that.
 * hostile --sabotage: plants faults in the VMM, each of which must be found.
 *
 * Which kind of guest comes next is learnt: the one that made most exits of the reason that is
 * furthest behind, or, now and then, any. Exit status 1: something was found. */
#include "hostile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 20 }; /* times as many exits, for the reasons that are rare */
enum { SHARE = 1000 };  /* each reason's of all exits: one of so many */

struct search {
    struct hostile_counts all;
    double yield[PROFILES][EXIT_COUNT]; /* exits a world, of late */
    uint64_t tried[PROFILES];
    uint64_t random;
};

static bool is_exit(unsigned reason)
{
#define NO_CAUSE (~(uint64_t)0)
    static const uint64_t causes[] = {
#define EXIT(reason, cause, ...) cause,
#include "exit.def"
    };
    return causes[reason] != NO_CAUSE;
}

/* All exits: what the hart reports, and the ends of budgets. */
static uint64_t total(const struct hostile_counts *counts)
{
    uint64_t sum = counts->exits[EXIT_BUDGET];
    for (unsigned i = 0; i < EXIT_COUNT; i++)
        sum += is_exit(i) ? counts->exits[i] : 0;
    return sum;
}

static unsigned rarest(const struct hostile_counts *counts)
{
    unsigned rare = 0;
    for (unsigned i = 1; i < EXIT_COUNT; i++)
        if (counts->exits[i] < counts->exits[rare])
            rare = i;
    return rare;
}

static unsigned choose(struct search *search)
{
    unsigned reason = rarest(&search->all), best = 0;
    if (program_random(&search->random) % 4 == 0)
        return (unsigned)(program_random(&search->random) % PROFILES);
    for (unsigned i = 0; i < PROFILES; i++) {
        if (!search->tried[i])
            return i;
        if (search->yield[i][reason] > search->yield[best][reason])
            best = i;
    }
    return best;
}

static void learn(struct search *search, unsigned number, const struct hostile_counts *world)
{
    search->tried[number]++;
    for (unsigned i = 0; i < EXIT_COUNT; i++) {
        search->yield[number][i] = search->yield[number][i] * 0.8 + (double)world->exits[i] * 0.2;
        search->all.exits[i] += world->exits[i];
    }
    search->all.steps += world->steps;
    search->all.worlds += world->worlds;
    search->all.checks += world->checks;
    search->all.neighbour_steps += world->neighbour_steps;
}

static void print_counts(const struct hostile_counts *counts)
{
    printf("%" PRIu64 " exits in %" PRIu64 " worlds of %" PRIu64
           " steps; the neighbours took %" PRIu64 " steps; %" PRIu64 " checks\n",
           total(counts), counts->worlds, counts->steps, counts->neighbour_steps, counts->checks);
    for (unsigned i = 0; i < EXIT_COUNT; i++)
        printf("%12" PRIu64 "  %s\n", counts->exits[i], exit_text[i]);
}

static bool run(uint64_t exits, uint64_t seed)
{
    static struct search search;
    search.random = seed;
    while (total(&search.all) < exits || search.all.exits[rarest(&search.all)] < exits / SHARE) {
        unsigned number = choose(&search);
        struct profile profile = profile_of(number);
        struct hostile_counts world = {0};
        uint64_t own = program_random(&search.random);
        const char *wrong = hostile_world(&profile, own, NULL, 0, NULL, &world);
        if (wrong) {
            fprintf(stderr, "hostile: kind %u, seed %" PRIu64 ": %s\n", number, own, wrong);
            return false;
        }
        learn(&search, number, &world);
        if (total(&search.all) > exits * PATIENCE) {
            fprintf(stderr, "hostile: too seldom:%s\n", exit_text[rarest(&search.all)]);
            return false;
        }
    }
    print_counts(&search.all);
    return true;
}

/* ---- faults to be found -----------------------------------------------------------------------
 */

/* The p2m gives the guest a stretch of the neighbour's memory, as if nobody had checked whose it
 * is. */
static void map_the_neighbour(struct vm *hostile, struct vm *neighbour)
{
    uint64_t chunk = level_size(1);
    hpa_t theirs;
    vm_translate(neighbour, GPA(RAM_BASE), 0, &theirs);
    p2m_map(&hostile->p2m, GPA(RAM_BASE + chunk), HPA(theirs.a & ~(chunk - 1)), 1,
            PTE_R | PTE_W | PTE_X);
    vm_forget(hostile);
}

/* The VMM's own store for the guest lands in the neighbour's memory. */
static void store_astray(struct vm *hostile, struct vm *neighbour)
{
    hpa_t theirs;
    vm_translate(neighbour, GPA(RAM_BASE + PROGRAM_DATA + PAGE_SIZE), 0, &theirs);
    hw_store(hostile->hw, theirs, 8, 0x5a5a5a5a5a5a5a5a);
}

/* The owner array says that a frame is nobody's. */
static void disown(struct vm *hostile, struct vm *neighbour)
{
    hpa_t frame;
    (void)neighbour;
    vm_translate(hostile, GPA(RAM_BASE), 0, &frame);
    owner_set(&hostile->owners, frame, OWNER_FREE, GPA(0));
}

/* A page of the pool is on no list. */
static void lose_a_page(struct vm *hostile, struct vm *neighbour)
{
    (void)neighbour;
    hostile->shadows.free_count--;
}

static void exit_if_found(const struct sabotage *sabotage)
{
    struct hostile_counts counts = {0};
    for (unsigned number = 0; number < 20 * PROFILES; number++) {
        struct profile profile = profile_of(number % PROFILES);
        const char *wrong = hostile_world(&profile, number, NULL, 0, sabotage, &counts);
        if (!wrong)
            continue;
        printf("%s: %s\n", sabotage->name, wrong);
        fflush(stdout);
        _exit(0);
    }
    _exit(1);
}

/* In a process of its own: a VMM that is broken may not live to be asked. */
static bool is_found(const struct sabotage *sabotage)
{
    int status;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        exit_if_found(sabotage);
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return false;
    if (!WIFEXITED(status)) {
        printf("%s: the VMM does not live\n", sabotage->name);
        return true;
    }
    if (WEXITSTATUS(status))
        printf("%s: NOT FOUND\n", sabotage->name);
    return WEXITSTATUS(status) == 0;
}

static bool find_planted(void)
{
    static const struct sabotage sabotages[] = {
        {"a p2m that leads to the neighbour, unaudited", map_the_neighbour, false},
        {"a p2m that leads to the neighbour", map_the_neighbour, true},
        {"a store astray", store_astray, false},
        {"a frame that is nobody's", disown, true},
        {"a page that is lost", lose_a_page, true},
    };
    bool all_found = true;
    for (unsigned i = 0; i < sizeof sabotages / sizeof *sabotages; i++)
        all_found = is_found(&sabotages[i]) && all_found;
    return all_found;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--sabotage") == 0)
        return !find_planted();
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: hostile EXITS [SEED]\n       hostile --sabotage\n");
        return 2;
    }
    return !run(strtoull(argv[1], NULL, 10), argc > 2 ? strtoull(argv[2], NULL, 10) : 1);
}
