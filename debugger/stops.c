/* The list of stops, and what it comes to as triggers. */
#include "stops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debugger.h"
#include "hits.h"

/* ---- the list ----------------------------------------------------------------------------- */

struct stoppoint *stops_add(struct debugger *debugger, const struct stoppoint *stop)
{
    struct stops *stops = &debugger->stops;
    struct stoppoint *added = malloc(sizeof *added), **end = &stops->list;
    if (!added)
        return NULL;
    *added = *stop;
    added->next = NULL;
    added->is_enabled = true;
    added->number = stop->is_internal ? 0 : ++stops->last_number;
    while (*end)
        end = &(*end)->next;
    *end = added;
    stops->is_stale = true;
    return added;
}

struct stoppoint *stops_find(struct stops *stops, unsigned number)
{
    for (struct stoppoint *stop = stops->list; stop; stop = stop->next)
        if (stop->number == number && !stop->is_internal)
            return stop;
    return NULL;
}

static void free_stop(struct stoppoint *stop)
{
    for (unsigned i = 0; i < stop->commands; i++)
        free(stop->command[i]);
    free(stop->text);
    free(stop->condition);
    free(stop);
}

void stops_remove(struct debugger *debugger, struct stoppoint *stop)
{
    struct stops *stops = &debugger->stops;
    for (struct stoppoint **at = &stops->list; *at; at = &(*at)->next)
        if (*at == stop) {
            *at = stop->next;
            free_stop(stop);
            break;
        }
    if (stops->hit.stop == stop)
        stops->hit.stop = NULL;
    if (stops->touch_stop == stop)
        stops->touch_stop = NULL;
    stops->is_stale = true;
}

void stops_free(struct stops *stops)
{
    while (stops->list) {
        struct stoppoint *stop = stops->list;
        stops->list = stop->next;
        free_stop(stop);
    }
    free(stops->range);
    *stops = (struct stops){0};
}

bool stops_have(const struct stops *stops, enum stop_kind kind)
{
    for (const struct stoppoint *stop = stops->list; stop; stop = stop->next)
        if (stop->is_enabled && stop->kind == kind)
            return true;
    return false;
}

bool stops_are_slow(const struct stops *stops)
{
    return stops_have(stops, STOP_EXPRESSION);
}
/* ---- triggers ----------------------------------------------------------------------------- */

static void add_range(struct stops *stops, struct trigger_range range)
{
    if (stops->ranges == stops->room) {
        unsigned room = stops->room ? 2 * stops->room : 16;
        struct trigger_range *more = realloc(stops->range, room * sizeof *more);
        if (!more)
            return;
        stops->range = more;
        stops->room = room;
    }
    stops->range[stops->ranges++] = range;
}

/* The engine knows virtual addresses and the machine's own. */
static void add_watch(struct debugger *debugger, const struct stoppoint *stop)
{
    struct trigger_range range = {.first = stop->first,
                                  .last = stop->last,
                                  .is_physical = stop->level != LEVEL_GVA,
                                  .loads = stop->on_read,
                                  .stores = stop->on_write};
    if (stop->level == LEVEL_GPA &&
        target_host_address(&debugger->target, stop->first, &range.first))
        range.last = range.first + (stop->last - stop->first);
    add_range(&debugger->stops, range);
}

/* A guest's table, and those below it. */
static void add_tables(struct debugger *debugger, uint64_t gpa, int level)
{
    struct stops *stops = &debugger->stops;
    uint64_t hpa, entries[PAGE_SIZE / 8], bad;
    if (stops->ranges >= TABLES_MAX || !target_host_address(&debugger->target, gpa, &hpa) ||
        !target_read(&debugger->target, NULL, LEVEL_GPA, gpa, entries, sizeof entries, &bad))
        return;
    for (unsigned i = 0; i < stops->ranges; i++)
        if (stops->range[i].first == hpa && stops->range[i].is_physical)
            return; /* met before */
    add_range(stops, (struct trigger_range){hpa, hpa + PAGE_SIZE - 1, true, false, true});
    for (unsigned i = 0; level > 0 && i < PAGE_SIZE / 8; i++)
        if (entries[i] & PTE_V && !pte_is_leaf(entries[i]))
            add_tables(debugger, pte_pa(entries[i]), level - 1);
}

static void add_all_tables(struct debugger *debugger)
{
    const struct platform *platform = debugger->target.platform;
    for (unsigned i = 0; i < platform->harts; i++) {
        uint64_t satp = platform->hart[i]->csr.satp;
        if (satp >> SATP_MODE_SHIFT == SATP_MODE_SV39)
            add_tables(debugger, (satp & SATP_PPN) << PAGE_SHIFT, SV39_LEVELS - 1);
    }
}

static void make_triggers(struct debugger *debugger)
{
    struct stops *stops = &debugger->stops;
    struct triggers *triggers = &stops->triggers;
    *triggers =
        (struct triggers){.owner = debugger, .reached = hits_reached, .touches = hits_touch};
    stops->ranges = 0;
    for (const struct stoppoint *stop = stops->list; stop; stop = stop->next) {
        unsigned halfword = (stop->first & (PAGE_SIZE - 1)) / 2;
        if (stop->is_enabled && stop->kind == STOP_AT)
            triggers->offsets[halfword / 64] |= (uint64_t)1 << halfword % 64;
        else if (stop->is_enabled && stop->kind == STOP_WATCH)
            add_watch(debugger, stop);
    }
    if (stops_have(stops, STOP_TABLE))
        add_all_tables(debugger);
    triggers->system = stops_have(stops, STOP_CSR) || stops_have(stops, STOP_MODE) ||
                       stops_have(stops, STOP_TABLE) || debugger->perfetto;
    triggers->range = stops->range;
    triggers->ranges = stops->ranges;
    bool is_needed = stops_have(stops, STOP_AT) || triggers->system || triggers->ranges;
    cpu_set_triggers(debugger->target.cpu, is_needed ? triggers : NULL);
    stops->is_stale = false;
}

void stops_arm(struct debugger *debugger)
{
    struct stops *stops = &debugger->stops;
    if (stops->is_stale)
        make_triggers(debugger);
    stops->has_hit = stops->has_touch = false;
    stops->resume_pc = hits_guest(debugger)->pc;
    stops->resume_steps = debugger->target.platform->s.clock.steps;
    stops->resume_cpu_steps = cpu_steps(debugger->target.cpu);
}

/* ---- deciding ------------------------------------------------------------------------------- */

void stops_suspend(struct debugger *debugger)
{
    cpu_set_triggers(debugger->target.cpu, NULL);
    debugger->stops.has_hit = debugger->stops.has_touch = false;
}

void stops_renew(struct debugger *debugger)
{
    debugger->stops.is_stale = true;
    for (struct stoppoint *stop = debugger->stops.list; stop; stop = stop->next) {
        struct value value;
        struct expr_error error;
        if (stop->kind == STOP_EXPRESSION && expr_eval(debugger, stop->text, NULL, &value, &error))
            stop->old = value.bits;
    }
}

void stops_look(struct debugger *debugger)
{
    for (struct stoppoint *stop = debugger->stops.list; stop; stop = stop->next) {
        struct value value;
        struct expr_error error;
        if (stop->kind != STOP_EXPRESSION || !stop->is_enabled ||
            !expr_eval(debugger, stop->text, NULL, &value, &error) || value.bits == stop->old)
            continue;
        hits_tell(debugger, stop, false, "%s", stop->text);
        debugger->stops.hit.old = stop->old;
        debugger->stops.hit.new = value.bits;
        debugger->stops.hit.has_values = true;
        stop->old = value.bits;
    }
}

/* A condition that cannot be evaluated stops, so that its author sees it. */
static bool holds(struct debugger *debugger, const struct stoppoint *stop)
{
    struct value value;
    struct expr_error error;
    if (!stop->condition)
        return true;
    if (expr_eval(debugger, stop->condition, NULL, &value, &error))
        return value.bits;
    if (!debugger->is_muted)
        out_line(&debugger->out, "the condition of %u cannot be evaluated: %s", stop->number,
                 error.text);
    return true;
}

/* Takes the step that was seen coming; true when it has happened. */
static bool take_step(struct debugger *debugger)
{
    struct platform *platform = debugger->target.platform;
    struct stops *stops = &debugger->stops;
    struct hit seen = stops->hit;
    const struct hart *hart = hits_guest(debugger);
    enum mode mode = hart->mode;
    stops->has_hit = false;
    stops->touch_trapped = false;
    stops->resume_pc = hart->pc;
    stops->resume_steps = platform->s.clock.steps;
    stops->resume_cpu_steps = cpu_steps(debugger->target.cpu);
    platform_run(platform, platform->s.clock.steps + 1);
    bool is_done = !stops->touch_trapped;
    if (!seen.stop) {
        stops->is_stale = true;
        return false;
    }
    if (stops->has_hit)
        return true; /* something else happened in the same step, and is told */
    if (!is_done ||
        (seen.stop->kind == STOP_MODE &&
         (hart->mode == mode || (seen.stop->which != ANY && seen.stop->which != (int)hart->mode))))
        return false;
    if (seen.stop->kind == STOP_MODE)
        snprintf(seen.text, sizeof seen.text, "from %s to %s by a return", hits_mode(mode),
                 hits_mode(hart->mode));
    if (seen.stop->kind == STOP_CSR)
        target_csr(&debugger->target, hart, seen.stop->csr, &seen.new);
    stops->hit = seen;
    stops->has_hit = true;
    return true;
}

bool stops_decide(struct debugger *debugger)
{
    struct stops *stops = &debugger->stops;
    hits_conclude(debugger);
    if (!stops->has_hit)
        return false;
    if (stops->hit.is_after && !take_step(debugger))
        return false;
    debugger->hart = debugger->target.platform->s.turn;
    struct stoppoint *stop = stops->hit.stop;
    if (!stop || !holds(debugger, stop))
        return false;
    if (debugger->is_muted) /* it was counted when it was seen */
        return true;
    stop->hits++;
    if (stop->ignore) {
        stop->ignore--;
        return false;
    }
    return true;
}
