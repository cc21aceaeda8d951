/* The run loop of the debugger: slices, so that Ctrl-C is heard, through reboots and past stops
 * whose conditions do not hold. */
#include "run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "perfetto.h"
#include "show.h"

enum { SLICE = 1000000 };
#define IDLE_LIMIT ((uint64_t)10 * TIMEBASE_HZ * STEPS_PER_TICK) /* ten seconds of the guest's */

static void output(void *host, uint8_t byte)
{
    struct debugger *debugger = host;
    if (!debugger->is_muted)
        out_console(&debugger->out, byte);
}

/* The guest waits: its time passes at once. A guest that only wakes for its timer and has nothing
 * to do would run for ever; after ten seconds of its time, somebody is told. */
static uint64_t idle(void *host, struct platform *platform, uint64_t until)
{
    enum { BUSY = 100000 };
    struct debugger *debugger = host;
    uint64_t now = clock_now(&platform->s.clock);
    uint64_t steps = platform->s.clock.steps;
    if (debugger->is_muted)
        return until;
    if (steps - debugger->idle_steps > BUSY)
        debugger->busy_since = now;
    debugger->idle_steps = steps;
    if (until != NEVER && now - debugger->busy_since > IDLE_LIMIT) {
        debugger->has_idled = true;
        platform_stop(platform, STOP_HOST, platform->s.status);
    }
    return until;
}

void run_attach(struct debugger *debugger)
{
    struct platform *platform = debugger->target.platform;
    platform->host = debugger;
    platform->output = output;
    platform->idle = idle;
}

static void reboot(struct debugger *debugger)
{
    if (!debugger->is_muted)
        out_line(&debugger->out, "the guest reboots");
    target_boot(&debugger->target);
    debugger->stops.is_stale = true;
}

/* What platform_run came back with; true: go on. */
static bool goes_on(struct debugger *debugger, enum stop stop, uint64_t until, enum ran *ran)
{
    const struct platform *platform = debugger->target.platform;
    switch (stop) {
    case STOP_POWEROFF:
        debugger->has_ended = true;
        *ran = RAN_ENDED;
        return false;
    case STOP_IDLE:
        *ran = RAN_IDLE;
        return false;
    case STOP_REBOOT:
        reboot(debugger);
        break;
    case STOP_NONE:
    case STOP_LIMIT:
    case STOP_HOST:
        break;
    }
    if (stops_decide(debugger)) {
        *ran = RAN_STOP;
        return false;
    }
    if (debugger->interrupted || debugger->has_idled) {
        *ran = debugger->interrupted ? RAN_INTERRUPTED : RAN_IDLE;
        return false;
    }
    *ran = RAN_STEPS;
    return platform->s.clock.steps < until;
}

enum ran run_for(struct debugger *debugger, uint64_t steps)
{
    struct platform *platform = debugger->target.platform;
    enum ran ran = RAN_STEPS;
    uint64_t from = platform->s.clock.steps, episodes = debugger->history.count;
    uint64_t until = steps < NEVER - from ? from + steps : NEVER;
    bool is_cut = until > debugger->limit;
    if (debugger->has_ended)
        return RAN_ENDED;
    if (from >= debugger->limit)
        return RAN_LIMIT;
    if (is_cut)
        until = debugger->limit;
    if (platform->s.stop == STOP_IDLE) /* somebody may have typed since */
        platform_stop(platform, STOP_NONE, platform->s.status);
    debugger->has_idled = false;
    debugger->busy_since = clock_now(&platform->s.clock);
    debugger->in_vmm = false;
    do {
        uint64_t now = platform->s.clock.steps;
        bool is_slow = stops_are_slow(&debugger->stops);
        uint64_t slice = is_slow ? 1 : SLICE;
        stops_arm(debugger);
        enum stop stop = platform_run(platform, until - now < slice ? until : now + slice);
        if (is_slow)
            stops_look(debugger);
        if (!goes_on(debugger, stop, until, &ran))
            break;
        if (debugger->stops_at_episodes && debugger->history.count > episodes) {
            ran = RAN_EPISODE;
            break;
        }
    } while (true);
    debugger->hart = platform->s.turn;
    return ran == RAN_STEPS && is_cut ? RAN_LIMIT : ran;
}

/* ---- telling ------------------------------------------------------------------------------ */

void run_where(struct debugger *debugger)
{
    struct out *out = &debugger->out;
    const struct hart *hart = debugger_shown(debugger);
    enum lane lane = debugger_lane(debugger);
    char place[200], insn[160];
    show_place(debugger, hart->pc, place, sizeof place);
    show_insn(debugger, hart, hart->pc, insn, sizeof insn);
    out_line(out, "%s[%s]%s hart %u, step %" PRIu64 ": %s", out_color(out, lane_color(lane)),
             lane_name(lane), out_plain(out), debugger->hart,
             debugger->target.platform->s.clock.steps, place);
    out_line(out, "  0x%" PRIx64 ":  %s", hart->pc, insn);
    out_fact(out, "lane", "%s", lane_name(lane));
    out_count(out, "hart", debugger->hart);
    out_count(out, "step", debugger->target.platform->s.clock.steps);
    out_hex(out, "pc", hart->pc);
    out_fact(out, "place", "%s", place);
    out_fact(out, "insn", "%s", insn);
}

static void tell_hit(struct debugger *debugger, const struct hit *hit)
{
    static const char *const kinds[] = {
        [STOP_AT] = "breakpoint",
        [STOP_WATCH] = "watchpoint",
        [STOP_EXPRESSION] = "watchpoint",
        [STOP_MODE] = "change of privilege",
        [STOP_TRAP] = "trap",
        [STOP_EXIT] = "VM exit",
        [STOP_CSR] = "CSR",
        [STOP_TABLE] = "page-table write",
        [STOP_DEVICE] = "device access",
    };
    struct out *out = &debugger->out;
    if (hit->stop->is_internal)
        return;
    out_line(out, "%s %u: %s", kinds[hit->stop->kind], hit->stop->number, hit->text);
    if (hit->has_values && hit->old != hit->new)
        out_line(out, "  was 0x%" PRIx64 ", is 0x%" PRIx64, hit->old, hit->new);
    else if (hit->has_values)
        out_line(out, "  is 0x%" PRIx64 ", as before", hit->new);
    if (hit->stop->kind == STOP_TABLE)
        show_table_write(debugger, hit->address, hit->old, hit->new);
    out_count(out, "number", hit->stop->number);
    out_fact(out, "kind", "%s", kinds[hit->stop->kind]);
    out_fact(out, "what", "%s", hit->text);
    if (hit->has_values) {
        out_hex(out, "old", hit->old);
        out_hex(out, "new", hit->new);
    }
}

/* The commands that belong to a stop; one of them may run on, and come here again. */
static void obey(struct debugger *debugger, const struct stoppoint *stop)
{
    enum { DEEPEST = 8 };
    char *lines[COMMANDS_MAX];
    unsigned count = stop->commands;
    if (debugger->nesting >= DEEPEST)
        return;
    for (unsigned i = 0; i < count; i++)
        lines[i] = strdup(stop->command[i]); /* the stop may go meanwhile */
    debugger->nesting++;
    for (unsigned i = 0; i < count; i++) {
        if (lines[i])
            debugger_part(debugger, lines[i]);
        free(lines[i]);
    }
    debugger->nesting--;
}

static void remove_temporary(struct debugger *debugger)
{
    struct stoppoint *hit = debugger->stops.has_hit ? debugger->stops.hit.stop : NULL;
    for (struct stoppoint *stop = debugger->stops.list, *next; stop; stop = next) {
        next = stop->next;
        if (stop->is_internal || (stop->is_temporary && stop == hit))
            stops_remove(debugger, stop);
    }
}

void run_report(struct debugger *debugger, enum ran ran)
{
    struct out *out = &debugger->out;
    struct stoppoint *stop = NULL;
    static const char *const reasons[] = {
        [RAN_STEPS] = "step",
        [RAN_EPISODE] = "step",
        [RAN_STOP] = "stop",
        [RAN_ENDED] = "ended",
        [RAN_LIMIT] = "limit",
        [RAN_IDLE] = "idle",
        [RAN_INTERRUPTED] = "interrupted",
    };
    out_fact(out, "stop", "%s", reasons[ran]);
    switch (ran) {
    case RAN_STOP:
        stop = debugger->stops.hit.stop;
        tell_hit(debugger, &debugger->stops.hit);
        break;
    case RAN_ENDED:
        out_line(out, "the guest turned itself off, with status %d, after %" PRIu64 " steps",
                 debugger->target.platform->s.status, debugger->target.platform->s.clock.steps);
        out_count(out, "status", (uint64_t)debugger->target.platform->s.status);
        break;
    case RAN_LIMIT:
        out_line(out, "this is as far as --max lets it go");
        debugger->has_met_limit = true;
        break;
    case RAN_IDLE:
        out_line(out, "the guest waits, and nothing comes (`type TEXT` gives it input)");
        break;
    case RAN_INTERRUPTED:
        out_line(out, "interrupted");
        break;
    case RAN_STEPS:
    case RAN_EPISODE:
        break;
    }
    if (ran != RAN_ENDED)
        run_where(debugger);
    show_displays(debugger);
    if (stop && stop->commands)
        obey(debugger, stop);
    remove_temporary(debugger);
}
