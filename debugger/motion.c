/* Moving: step, next, finish, until, continue. */
#include "motion.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "run.h"
#include "show.h"
#include "unwind.h"

/* ---- the lanes ------------------------------------------------------------------------------ */

const char *lane_name(enum lane lane)
{
    static const char *const names[] = {"guest user", "guest kernel", "guest machine", "VMM"};
    return names[lane];
}

enum color lane_color(enum lane lane)
{
    return lane == LANE_USER ? COLOR_USER : lane == LANE_VMM ? COLOR_VMM : COLOR_KERNEL;
}

enum lane debugger_lane(const struct debugger *debugger)
{
    static const enum lane lanes[] = {LANE_USER, LANE_KERNEL, LANE_KERNEL, LANE_MACHINE};
    return debugger->in_vmm ? LANE_VMM : lanes[debugger_hart(debugger)->mode];
}

const struct hart *debugger_shown(const struct debugger *debugger)
{
    const struct episode *e =
        debugger->in_vmm ? history_at(&debugger->history, debugger->episode) : NULL;
    if (e && e->hart == debugger->hart && debugger->stage < STAGE_CHANGE)
        return &e->before;
    return debugger_hart(debugger);
}

/* Tells the stage that the session has come to. */
static void tell_stage(struct debugger *debugger)
{
    struct out *out = &debugger->out;
    const struct episode *e = history_at(&debugger->history, debugger->episode);
    static const char *const stages[] = {"trap", "guest", "decision", "change", "resume"};
    out_line(out, "%s[VMM]%s exit %" PRIu64 ", %s", out_color(out, COLOR_VMM), out_plain(out),
             debugger->episode, stages[debugger->stage]);
    out_fact(out, "lane", "VMM");
    out_fact(out, "stage", "%s", stages[debugger->stage]);
    if (e)
        story_stage(debugger, e, (enum stage)debugger->stage);
}

void motion_stage(struct debugger *debugger, uint64_t episode, enum stage stage)
{
    debugger->in_vmm = true;
    debugger->episode = episode;
    debugger->stage = stage;
    tell_stage(debugger);
}

/* One stage further; false: it was the last, and the guest goes on. */
static bool next_stage(struct debugger *debugger)
{
    if (++debugger->stage < STAGES) {
        tell_stage(debugger);
        return true;
    }
    debugger->in_vmm = false;
    run_where(debugger);
    show_displays(debugger);
    return false;
}

/* ---- one step ------------------------------------------------------------------------------- */

/* An instruction; what came in between is told. */
static enum ran step_into(struct debugger *debugger)
{
    uint64_t episodes = debugger->history.count;
    debugger->stops_at_episodes = true;
    enum ran ran = run_for(debugger, 1);
    debugger->stops_at_episodes = false;
    const struct episode *e = history_at(&debugger->history, episodes);
    if (!e || ran == RAN_ENDED)
        return ran;
    if (e->kind == EPISODE_EXIT && ran != RAN_STOP) {
        motion_stage(debugger, episodes, STAGE_TRAP);
        return RAN_EPISODE;
    }
    story_line(debugger, e);
    return ran;
}

static enum ran step_guest(struct debugger *debugger)
{
    return run_for(debugger, 1);
}

/* ---- a step over ---------------------------------------------------------------------------- */

/* Runs until `pc` comes in this frame, or one that called it. */
static enum ran run_to(struct debugger *debugger, uint64_t pc, uint64_t other,
                       const struct hart *frame, uint64_t least_sp)
{
    struct stoppoint stop = {.kind = STOP_AT,
                             .is_internal = true,
                             .first = pc,
                             .has_frame = frame,
                             .least_sp = least_sp};
    if (frame) {
        stop.mode = frame->mode;
        stop.satp = frame->csr.satp;
    }
    stops_add(debugger, &stop);
    stop.first = other;
    if (other != pc)
        stops_add(debugger, &stop);
    return run_for(debugger, NEVER);
}

static void forget_internal(struct debugger *debugger)
{
    for (struct stoppoint *stop = debugger->stops.list, *next; stop; stop = next) {
        next = stop->next;
        if (stop->is_internal)
            stops_remove(debugger, stop);
    }
}

/* True when the run stands where an internal stop wanted it. */
static bool has_arrived(const struct debugger *debugger, enum ran ran)
{
    return ran == RAN_STOP && debugger->stops.hit.stop && debugger->stops.hit.stop->is_internal;
}

static bool is_call(const struct insn *insn)
{
    enum { X_T0 = 5 };
    bool is_jump = insn->id == INSN_jal || insn->id == INSN_jalr;
    return (is_jump && (insn->rd == X_RA || insn->rd == X_T0)) || insn->id == INSN_ecall;
}

/* The guest took a trap that this instruction did not ask for: an interrupt, or a page fault. */
static bool was_trapped(const struct debugger *debugger, uint64_t since)
{
    for (uint64_t i = since; i < debugger->history.count; i++) {
        const struct episode *e = history_at(&debugger->history, i);
        if (e && e->hart == debugger->hart &&
            (e->kind == EPISODE_INTERRUPT || (e->kind == EPISODE_TRAP && !e->by_firmware) ||
             (e->kind == EPISODE_EXIT && e->record.outcome == REFLECT)))
            return true;
    }
    return false;
}

static enum ran step_over(struct debugger *debugger)
{
    const struct hart before = *debugger_hart(debugger);
    uint32_t word = 0;
    uint64_t episodes = debugger->history.count;
    bool is_known = target_insn(&debugger->target, &before, before.pc, &word);
    struct insn insn = insn_decode(word, before.isa);
    uint64_t behind = before.pc + (is_known ? insn.length : 4);
    enum ran ran;
    if (is_known && is_call(&insn)) {
        ran = run_to(debugger, behind, behind, &before, before.x[X_SP]);
    } else {
        ran = run_for(debugger, 1);
        if (ran == RAN_STEPS && was_trapped(debugger, episodes) &&
            debugger_hart(debugger)->mode >= before.mode)
            ran = run_to(debugger, before.pc, behind, &before, before.x[X_SP]);
    }
    if (has_arrived(debugger, ran))
        ran = RAN_STEPS;
    forget_internal(debugger);
    return ran;
}

/* ---- by lines ------------------------------------------------------------------------------- */

static const struct line *line_here(const struct debugger *debugger)
{
    return symbols_line(&debugger->symbols, debugger_hart(debugger)->pc);
}

/* Steps until the source line is another, or for so long that something is wrong. */
static enum ran step_line(struct debugger *debugger, enum ran (*step)(struct debugger *))
{
    enum { LONGEST = 1000000 };
    const struct line *from = line_here(debugger);
    enum ran ran = RAN_STEPS;
    for (unsigned i = 0; i < LONGEST && ran == RAN_STEPS; i++) {
        ran = step(debugger);
        const struct line *now = line_here(debugger);
        if (!from || (now && (now->number != from->number || strcmp(now->file, from->file) != 0)))
            break;
    }
    return ran;
}

/* ---- commands ------------------------------------------------------------------------------- */

struct manner {
    bool is_guest, by_line;
    uint64_t count;
};

static bool take_manner(struct debugger *debugger, const char *args, struct manner *manner)
{
    *manner = (struct manner){.count = 1};
    for (bool more = true; more;) {
        bool guest = take_word(&args, "--guest") || take_word(&args, "-g");
        bool line = take_word(&args, "--line") || take_word(&args, "-l");
        manner->is_guest |= guest;
        manner->by_line |= line;
        more = guest || line;
    }
    return (!*args || take_number(debugger, &args, &manner->count)) && no_more(debugger, args);
}

static bool may_run(struct debugger *debugger)
{
    return !debugger->has_ended ||
           out_fail(&debugger->out, "the guest turned itself off: nothing runs any more");
}

bool command_step(struct debugger *debugger, const char *args)
{
    struct manner manner;
    enum ran ran = RAN_STEPS;
    if (!take_manner(debugger, args, &manner) || !may_run(debugger))
        return false;
    if (manner.is_guest && !manner.by_line) {
        ran = run_for(debugger, manner.count);
        run_report(debugger, ran);
        return true;
    }
    for (uint64_t i = 0; i < manner.count && ran != RAN_STOP && ran != RAN_LIMIT &&
                         !debugger->has_ended && !debugger->interrupted;
         i++) {
        if (debugger->in_vmm && !manner.is_guest) {
            next_stage(debugger);
            continue;
        }
        ran = manner.by_line ? step_line(debugger, manner.is_guest ? step_guest : step_into)
                             : step_into(debugger);
        if (!debugger->in_vmm)
            run_report(debugger, ran);
    }
    return true;
}

bool command_next(struct debugger *debugger, const char *args)
{
    struct manner manner;
    enum ran ran = RAN_STEPS;
    if (!take_manner(debugger, args, &manner) || !may_run(debugger))
        return false;
    if (debugger->in_vmm) { /* the rest of what the VMM does */
        while (next_stage(debugger))
            ;
        return true;
    }
    for (uint64_t i = 0; i < manner.count && ran == RAN_STEPS; i++)
        ran = manner.by_line ? step_line(debugger, step_over) : step_over(debugger);
    run_report(debugger, ran);
    return true;
}

/* Tells that it has come to the place, or else what came before. */
static bool report_arrival(struct debugger *debugger, enum ran ran)
{
    if (has_arrived(debugger, ran))
        ran = RAN_STEPS;
    run_report(debugger, ran);
    return true;
}

bool command_finish(struct debugger *debugger, const char *args)
{
    struct frame frame;
    const struct hart *hart = debugger_hart(debugger);
    if (!no_more(debugger, args) || !may_run(debugger))
        return false;
    unwind_first(debugger, hart, &frame);
    if (!unwind_next(debugger, hart, &frame))
        return out_fail(&debugger->out, "no caller is known (see bt)");
    struct hart caller = *hart;
    caller.mode = frame.mode;
    caller.csr.satp = frame.satp;
    enum ran ran = run_to(debugger, frame.pc, frame.kind == FRAME_TRAPPED ? frame.pc + 4 : frame.pc,
                          &caller, frame.x[X_SP]);
    if (has_arrived(debugger, ran) && frame.kind == FRAME_CALLER)
        out_line(&debugger->out, "a0 = 0x%" PRIx64, debugger_hart(debugger)->x[X_A0]);
    return report_arrival(debugger, ran);
}

bool command_until(struct debugger *debugger, const char *args)
{
    uint64_t address;
    if (!take_place(debugger, &args, &address) || !no_more(debugger, args) || !may_run(debugger))
        return false;
    return report_arrival(debugger, run_to(debugger, address, address, NULL, 0));
}

bool command_continue(struct debugger *debugger, const char *args)
{
    uint64_t count = 1;
    if ((*args && !take_number(debugger, &args, &count)) || !no_more(debugger, args) ||
        !may_run(debugger))
        return false;
    enum ran ran = run_for(debugger, NEVER);
    while (--count && ran == RAN_STOP)
        ran = run_for(debugger, NEVER);
    run_report(debugger, ran);
    return true;
}
