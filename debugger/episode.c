/* The observer that remembers. Everything is read around the caches, at the time; what follows from
 * it is left for later. */
#include "episode.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "debugger.h"
#include "trap.h"

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

const struct episode *history_at(const struct history *history, uint64_t number)
{
    const struct episode *e = &history->ring[number % EPISODES];
    bool is_remembered = number < history->count && e->number == number;
    return is_remembered ? e : NULL; /* after going back, later ones may have taken the place */
}

static unsigned index_of(const struct platform *platform, const struct hart *hart)
{
    for (unsigned i = 0; i < platform->harts; i++)
        if (platform->hart[i] == hart)
            return i;
    return platform->s.turn;
}

static bool access_of_cause(uint64_t cause, enum access *why)
{
    static const struct {
        uint64_t cause;
        enum access why;
    } rows[] = {
        {CAUSE_INSN_PAGE_FAULT, ACCESS_FETCH},  {CAUSE_INSN_ACCESS_FAULT, ACCESS_FETCH},
        {CAUSE_LOAD_PAGE_FAULT, ACCESS_LOAD},   {CAUSE_LOAD_ACCESS_FAULT, ACCESS_LOAD},
        {CAUSE_STORE_PAGE_FAULT, ACCESS_STORE}, {CAUSE_STORE_ACCESS_FAULT, ACCESS_STORE},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].cause == cause) {
            *why = rows[i].why;
            return true;
        }
    return false;
}

/* The guest's own way from the faulting address to memory. */
static void look_at_guest(struct target *target, struct episode *e)
{
    e->is_fault = access_of_cause(e->trap.cause, &e->why);
    if (!e->is_fault)
        return;
    e->result = WALK_OK;
    e->gpa = e->trap.tval;
    e->has_walk = target_walk(target, &e->before, e->trap.tval, e->why, &e->result, &e->walk);
    if (e->has_walk)
        e->gpa = e->walk.pa;
}

/* The guest's entry as it stands in memory: looking at the walk has shown it with A and D set. */
static uint64_t leaf_now(struct target *target, const struct episode *e)
{
    uint64_t pte = 0, bad;
    if (e->has_walk && e->walk.steps)
        target_read(target, &e->before, LEVEL_GPA, e->walk.pte_pa, &pte, 8, &bad);
    return pte;
}

static uint64_t shadow_now(struct target *target, unsigned hart, uint64_t gva, int *level,
                           unsigned *reasons)
{
    const struct shadow *shadow = target->vm->vcpu[hart].shadow;
    *level = 0;
    *reasons = 0;
    return shadow ? shadow_lookup(&target->vm->shadows, shadow, GVA(gva), level, reasons) : 0;
}

/* What stands where the instruction loads or stores; 0 where there is no memory. */
static uint64_t touched_now(struct target *target, const struct episode *e)
{
    uint64_t value = 0, bad;
    if (e->has_touch)
        target_read(target, &e->before, LEVEL_GVA, e->touch.va, &value, e->touch.size, &bad);
    return value;
}

static void look_at_insn(struct target *target, struct episode *e)
{
    e->has_insn = target_insn(target, &e->before, e->before.pc, &e->word);
    if (!e->has_insn)
        return;
    struct insn insn = insn_decode(e->word, e->before.isa);
    e->has_touch = memory_touches(&e->before, &insn, &e->touch);
    e->memory_before = e->memory_after = touched_now(target, e);
}

static void begin(struct debugger *debugger, struct episode *e, enum episode_kind kind,
                  const struct hart *hart, struct trap trap)
{
    const struct platform *platform = debugger->target.platform;
    memset(e, 0, sizeof *e);
    e->kind = kind;
    e->number = debugger->history.count;
    e->step = platform->s.clock.steps;
    e->hart = index_of(platform, hart);
    e->before = e->after = *hart;
    e->trap = trap;
    if (!(trap.cause & CAUSE_INTERRUPT)) {
        look_at_insn(&debugger->target, e);
        look_at_guest(&debugger->target, e);
        e->leaf.before = e->leaf.after = leaf_now(&debugger->target, e);
        e->leaf.level = e->walk.level;
    }
}

static void finish(struct debugger *debugger, const struct episode *e)
{
    struct history *history = &debugger->history;
    history->ring[history->count++ % EPISODES] = *e;
    debugger_episode(debugger, &history->ring[(history->count - 1) % EPISODES]);
}

/* ---- the observer ------------------------------------------------------------------------- */

/* Told of what a VMM reflects, too, which belongs to the exit that is open. */
static void on_trap(void *owner, const struct hart *hart, struct trap trap)
{
    struct debugger *debugger = owner;
    const struct platform *platform = debugger->target.platform;
    struct episode e;
    debugger_trap(debugger, hart, trap);
    if (debugger->history.is_open)
        return;
    bool is_interrupt = trap.cause & CAUSE_INTERRUPT;
    begin(debugger, &e, is_interrupt ? EPISODE_INTERRUPT : EPISODE_TRAP, hart, trap);
    e.by_firmware = platform->has_firmware && trap_target(hart, trap.cause) == MODE_M &&
                    trap.cause == CAUSE_ECALL_S;
    if (e.by_firmware) { /* which will have answered */
        debugger->history.now = e;
        debugger->history.is_open = true;
        return;
    }
    trap_enter(&e.after, trap);
    e.end = e.step + !is_interrupt;
    finish(debugger, &e);
}

static void on_exit_of_vm(void *owner, const struct hart *hart, struct trap trap,
                          const char *reason)
{
    (void)reason;
    struct debugger *debugger = owner;
    struct target *target = &debugger->target;
    struct episode *e = &debugger->history.now;
    begin(debugger, e, EPISODE_EXIT, hart, trap);
    debugger->history.is_open = true;
    e->shadow_satp = target->vm->vcpu[e->hart].run.satp;
    if (e->is_fault) {
        e->shadow.before =
            shadow_now(target, e->hart, trap.tval, &e->shadow.level, &e->shadow.reasons);
        e->has_memory =
            e->result == WALK_OK && p2m_lookup(&target->vm->p2m, GPA(e->gpa), &e->memory);
    }
    e->fills = target->vm->shadows.stats.fills;
    e->cleared = target->vm->shadows.stats.cleared;
    e->nanoseconds = now_ns();
}

/* What a VMM did is told with the answer. */
static void look_at_answer(struct target *target, struct episode *e)
{
    e->nanoseconds = now_ns() - e->nanoseconds;
    e->record = target->vm->exits.record[(target->vm->exits.count - 1) % EXIT_RING];
    e->by_firmware = e->record.reason == EXIT_ECALL && e->record.outcome == RESUME_SAME;
    e->fills = target->vm->shadows.stats.fills - e->fills;
    e->cleared = target->vm->shadows.stats.cleared - e->cleared;
    e->leaf.after = leaf_now(target, e);
    e->memory_after = touched_now(target, e);
    if (e->is_fault && e->result == WALK_OK)
        e->had_hole = p2m_lookup(&target->vm->p2m, GPA(e->gpa), &e->given) && !e->has_memory;
    if (e->is_fault)
        e->shadow.after =
            shadow_now(target, e->hart, e->trap.tval, &e->shadow.level, &e->shadow.reasons_after);
}

static void on_answer(void *owner, const struct hart *hart)
{
    struct debugger *debugger = owner;
    struct episode *e = &debugger->history.now;
    if (!debugger->history.is_open)
        return;
    debugger->history.is_open = false;
    e->after = *hart;
    e->end = debugger->target.platform->s.clock.steps;
    if (e->kind == EPISODE_EXIT)
        look_at_answer(&debugger->target, e);
    finish(debugger, e);
}

static void on_stored(void *owner, uint64_t pa, size_t size)
{
    debugger_stored(owner, pa, size);
}

static void on_mmio(void *owner, uint64_t pa, unsigned size, bool is_write, uint64_t value)
{
    struct debugger *debugger = owner;
    struct episode *e = &debugger->history.now;
    struct mmio mmio = {.pa = pa, .value = value, .size = size, .is_write = is_write};
    if (debugger->history.is_open && e->mmios < EPISODE_MMIO)
        e->mmio[e->mmios++] = mmio;
    debugger_mmio(debugger, &mmio);
}

bool history_open(struct debugger *debugger)
{
    debugger->history.ring = calloc(EPISODES, sizeof *debugger->history.ring);
    debugger->observer = (struct observer){
        .owner = debugger,
        .trap = on_trap,
        .exit = on_exit_of_vm,
        .answer = on_answer,
        .mmio = on_mmio,
        .stored = on_stored,
    };
    debugger->target.platform->observer = &debugger->observer;
    return debugger->history.ring;
}

void history_close(struct debugger *debugger)
{
    free(debugger->history.ring);
    debugger->history = (struct history){0};
}
