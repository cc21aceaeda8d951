/* Cases on both sides. */
#include "pair.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

bool pair_init(struct pair *pair, isa_t isa, struct qemu *qemu, const uint8_t *monitor,
               size_t monitor_size)
{
    *pair = (struct pair){.isa = isa,
                          .qemu = qemu,
                          .monitor = monitor,
                          .monitor_size = monitor_size,
                          .asks_twins = true};
    pair->ours = ours_new(monitor, monitor_size, isa);
    pair->before = calloc(SLOTS, SLOT_SIZE);
    pair->after = calloc(SLOTS, SLOT_SIZE);
    pair->twin_differs = calloc(SLOTS, sizeof *pair->twin_differs);
    bool is_whole = pair->ours && pair->before && pair->after && pair->twin_differs;
    for (enum twin_kind kind = 0; kind < TWINS; kind++) {
        pair->twin[kind] = twin_new(kind, monitor, monitor_size, isa);
        is_whole = is_whole && pair->twin[kind];
    }
    if (is_whole)
        return true;
    pair_free(pair);
    return false;
}

void pair_free(struct pair *pair)
{
    if (pair->ours)
        ours_free(pair->ours);
    for (enum twin_kind kind = 0; kind < TWINS; kind++)
        twin_free(pair->twin[kind]);
    free(pair->before);
    free(pair->after);
    free(pair->twin_differs);
}

void pair_plant(struct pair *pair, struct plant plant)
{
    ours_plant(pair->ours, plant);
    pair->asks_twins = plant.row == INSN_COUNT && !plant.csr;
    if (plant.twin != TWINS)
        twin_plant(pair->twin[plant.twin]);
}

/* Any number that the case itself says, so that it is the same whenever the case comes. */
static uint64_t turn_of(const uint8_t *slot)
{
    return slot[SLOT_PC] >> 2;
}

/* The first twin that makes something else of case `index`, and what. TWINS: none. */
static enum twin_kind ask_twins(struct pair *pair, unsigned index, uint8_t *after)
{
    const uint8_t *before = pair->before[index];
    enum twin_kind kind = pair->asks_twins ? 0 : TWINS;
    for (; kind < TWINS; kind++)
        if (!twin_run(pair->twin[kind], before, after, turn_of(before)) ||
            memcmp(after, pair->after[index], SLOT_SIZE) != 0)
            break;
    return kind;
}

bool pair_add(struct pair *pair, const uint8_t *before, struct coverage *coverage)
{
    uint8_t *slot = pair->before[pair->count];
    memcpy(slot, before, SLOT_SIZE);
    if (ours_run(pair->ours, slot, pair->after[pair->count], coverage) != RUN_DONE)
        return false;
    static uint8_t after[SLOT_SIZE];
    pair->twin_differs[pair->count] = ask_twins(pair, pair->count, after);
    pair->count++;
    return true;
}

void pair_clear(struct pair *pair)
{
    pair->count = 0;
}

const uint8_t *pair_theirs(const struct pair *pair, unsigned index)
{
    return pair->qemu->ram + CASES_OFFSET + (uint64_t)index * SLOT_SIZE;
}

static uint64_t get(const uint8_t *bytes, uint64_t at)
{
    uint64_t value;
    memcpy(&value, bytes + at, 8);
    return value;
}

/* The monitor's variables, for the next start: case `next` comes first. */
static void go_on_at(struct pair *pair, uint64_t next)
{
    uint8_t *ram = pair->qemu->ram;
    uint64_t count = pair->count;
    memset(ram, 0, RUN_OFFSET);
    memcpy(ram, pair->monitor, pair->monitor_size);
    memcpy(ram + MONITOR_NEXT, &next, 8);
    memcpy(ram + MONITOR_COUNT, &count, 8);
}

/* QEMU has stopped: after all cases; after one that left M without the right to take its memory
 * back; or it was killed in one that does not end. Returns the case to go on at. */
static uint64_t take_up(struct pair *pair, bool is_done, bool *differs)
{
    uint8_t *ram = pair->qemu->ram;
    uint64_t next = get(ram, MONITOR_NEXT);
    if (next >= pair->count)
        return pair->count;
    if (!is_done)
        differs[next] = true;
    else if (get(ram, MONITOR_DONE))
        memcpy(ram + CASES_OFFSET + next * SLOT_SIZE, ram + RUN_OFFSET, SLOT_SIZE);
    go_on_at(pair, next + 1);
    return next + 1;
}

bool pair_compare(struct pair *pair, bool *differs)
{
    enum { PATIENCE = 4 };
    unsigned seconds = 2 + pair->count / 50, killed = 0;
    memset(differs, 0, pair->count * sizeof *differs);
    memcpy(pair->qemu->ram + CASES_OFFSET, pair->before, (uint64_t)pair->count * SLOT_SIZE);
    go_on_at(pair, 0);
    for (uint64_t next = 0; next < pair->count;) {
        bool is_done = qemu_run(pair->qemu, pair->isa, seconds);
        killed += !is_done;
        if (killed > PATIENCE) {
            fprintf(stderr, "diff: QEMU does not end\n");
            return false;
        }
        next = take_up(pair, is_done, differs);
    }
    for (unsigned i = 0; i < pair->count; i++)
        differs[i] = differs[i] || pair->twin_differs[i] != TWINS ||
                     memcmp(pair->after[i], pair_theirs(pair, i), SLOT_SIZE) != 0;
    return true;
}

/* What the doubleword at `at` of a slot is, in words. */
static void name_place(uint64_t at, char *name, size_t size)
{
    static const char *const csrs[] = {
        "fcsr",       "misa",       "medeleg", "mideleg",       "mip",      "mtvec",    "stvec",
        "mcounteren", "scounteren", "menvcfg", "senvcfg",       "mscratch", "sscratch", "sepc",
        "scause",     "stval",      "satp",    "mcountinhibit", "pmpcfg0",  "pmpcfg2"};
    static const char *const parts[] = {"handler", "cause", "epc", "tval", "status"};
    uint64_t result = (at - SLOT_RESULT) / 8, record = at - SLOT_LOG;
    enum { CSRS = sizeof csrs / sizeof *csrs };
    if (at >= SLOT_LOG)
        snprintf(name, size, "trap %" PRIu64 " %s", record / RECORD_SIZE,
                 parts[record % RECORD_SIZE / 8]);
    else if (at < SLOT_RESULT)
        snprintf(name, size, "memory %" PRIx64, at);
    else if (result < 32)
        snprintf(name, size, "x%" PRIu64, result);
    else if (result < 64)
        snprintf(name, size, "f%" PRIu64, result - 32);
    else if (result < 64 + CSRS)
        snprintf(name, size, "%s", csrs[result - 64]);
    else
        snprintf(name, size, "pmpaddr%" PRIu64, result - 64 - CSRS);
}

void tell_ends(const char *name, const uint8_t *ours, const uint8_t *theirs, FILE *out)
{
    enum { LINES = 12 };
    unsigned lines = 0;
    fprintf(out, "  %-18s %16s %16s\n", "", "Trapeze", name);
    /* Traps first: the others follow from them. */
    for (uint64_t i = 0; i < SLOT_SIZE && lines < LINES; i += 8) {
        uint64_t at = (i + SLOT_LOG) % SLOT_SIZE;
        char place[32];
        if (get(ours, at) == get(theirs, at))
            continue;
        name_place(at, place, sizeof place);
        fprintf(out, "  %-18s %16" PRIx64 " %16" PRIx64 "\n", place, get(ours, at),
                get(theirs, at));
        lines++;
    }
}

void pair_tell(struct pair *pair, unsigned index, FILE *out)
{
    static uint8_t theirs[SLOT_SIZE];
    enum twin_kind kind = ask_twins(pair, index, theirs);
    if (kind != TWINS)
        tell_ends(twin_names[kind], pair->after[index], theirs, out);
    else
        tell_ends("QEMU", pair->after[index], pair_theirs(pair, index), out);
}
