/* The commands that go back. */
#include "reverse.h"

#include "commands.h"
#include "motion.h"
#include "run.h"

enum { SLICE = 1000000 }; /* steps between looks for Ctrl-C */

/* ---- the checkpoint ------------------------------------------------------------------------- */

static struct position position_now(const struct debugger *debugger)
{
    return (struct position){debugger->target.platform->s.clock.steps, debugger->history.count};
}

static bool is_before(struct position a, struct position b)
{
    return a.steps < b.steps || (a.steps == b.steps && a.episodes < b.episodes);
}

void reverse_start(struct debugger *debugger)
{
    struct reverse *reverse = &debugger->reverse;
    struct target *target = &debugger->target;
    reverse->start = position_now(debugger);
    target_checkpoint(target, &reverse->state);
    if (!target->vm)
        return;
    vm_forget(target->vm); /* as it will be after going back, so that the same fills follow */
    reverse->shadow_stats = target->vm->shadows.stats;
    reverse->exits = target->vm->exits;
    reverse->random = target->vm->random;
}

static void go_to_start(struct debugger *debugger)
{
    struct reverse *reverse = &debugger->reverse;
    struct target *target = &debugger->target;
    target_rollback(target, &reverse->state);
    debugger->history.count = reverse->start.episodes;
    debugger->history.is_open = false;
    debugger->has_ended = false;
    debugger->in_vmm = false;
    if (!target->vm)
        return;
    target->vm->shadows.stats = reverse->shadow_stats;
    target->vm->exits = reverse->exits;
    target->vm->random = reverse->random;
}

/* ---- forward again, unseen ------------------------------------------------------------------ */

/* Runs to a number of steps, with no stops, through reboots. False: it did not come there. */
static bool replay_steps(struct debugger *debugger, uint64_t until)
{
    struct platform *platform = debugger->target.platform;
    while (platform->s.clock.steps < until && !debugger->interrupted) {
        uint64_t now = platform->s.clock.steps;
        enum stop stop = platform_run(platform, until - now < SLICE ? until : now + SLICE);
        if (stop == STOP_REBOOT)
            target_boot(&debugger->target);
        else if (stop == STOP_POWEROFF || stop == STOP_IDLE)
            break;
    }
    return platform->s.clock.steps == until;
}

/* On from there, an episode at a time. False: the position is passed over: what comes in between is
 * followed by an instruction before anybody can look. */
static bool replay_episodes(struct debugger *debugger, struct position to)
{
    debugger->stops_at_episodes = true;
    while (debugger->history.count < to.episodes && !debugger->interrupted &&
           debugger->target.platform->s.clock.steps <= to.steps)
        platform_run(debugger->target.platform, to.steps + 1);
    debugger->stops_at_episodes = false;
    return debugger->target.platform->s.clock.steps == to.steps;
}

/* From the checkpoint to `to`, or, where nobody can stand there, to the place before. */
static void replay(struct debugger *debugger, struct position to)
{
    debugger->is_muted = debugger->is_replaying = true;
    stops_suspend(debugger);
    go_to_start(debugger);
    if (replay_steps(debugger, to.steps) && !replay_episodes(debugger, to) &&
        !debugger->interrupted) {
        go_to_start(debugger);
        replay_steps(debugger, to.steps);
    }
    debugger->is_muted = debugger->is_replaying = false;
    stops_renew(debugger);
    debugger->hart = debugger->target.platform->s.turn;
}

/* ---- commands ------------------------------------------------------------------------------- */

static bool may_go_back(struct debugger *debugger)
{
    if (debugger->perfetto)
        return out_fail(&debugger->out, "a trace is being written, and goes only forward: "
                                        "trace off ends it");
    return true;
}

static bool fail_at_start(struct debugger *debugger)
{
    return out_fail(&debugger->out, debugger->reverse.is_change
                                        ? "this is where you changed something: what was before it "
                                          "led elsewhere"
                                        : "this is where the session began");
}

static void tell_position(struct debugger *debugger)
{
    run_report(debugger, debugger->interrupted ? RAN_INTERRUPTED : RAN_STEPS);
}

/* Out of the lane of the VMM, to the guest's instruction before its trap. */
static void leave_backwards(struct debugger *debugger, const struct episode *e)
{
    replay(debugger, (struct position){e->step, e->number});
    tell_position(debugger);
}

/* One step back: the last stage of an exit that was just left, or the instruction before. */
static bool step_back(struct debugger *debugger)
{
    const struct position now = position_now(debugger);
    const struct episode *last = history_last(&debugger->history);
    if (debugger->in_vmm) {
        last = history_at(&debugger->history, debugger->episode);
        if (debugger->stage == STAGE_TRAP)
            leave_backwards(debugger, last);
        else
            motion_stage(debugger, debugger->episode, debugger->stage - 1);
        return true;
    }
    if (!is_before(debugger->reverse.start, now))
        return fail_at_start(debugger);
    bool came_last =
        last && last->number >= debugger->reverse.start.episodes && last->end == now.steps;
    if (came_last && last->kind == EPISODE_EXIT) {
        motion_stage(debugger, last->number, STAGE_RESUME);
    } else if (came_last) {
        story_line(debugger, last);
        leave_backwards(debugger, last);
    } else {
        replay(debugger, (struct position){now.steps - 1, now.episodes});
        tell_position(debugger);
    }
    return true;
}

bool command_reverse_step(struct debugger *debugger, const char *args)
{
    uint64_t count = 1;
    bool is_guest = take_word(&args, "--guest") || take_word(&args, "-g");
    if ((*args && !take_number(debugger, &args, &count)) || !no_more(debugger, args) ||
        !may_go_back(debugger))
        return false;
    if (!is_guest) {
        for (uint64_t i = 0; i < count && !debugger->interrupted; i++)
            if (!step_back(debugger))
                return false;
        return true;
    }
    const struct position start = debugger->reverse.start, now = position_now(debugger);
    if (now.steps == start.steps)
        return fail_at_start(debugger);
    uint64_t most = now.steps - start.steps;
    replay(debugger, (struct position){now.steps - (count < most ? count : most), 0});
    tell_position(debugger);
    return true;
}

/* Runs on to the next stop, unseen. False: `end` came before it. One step more is looked at, for
 * what comes before it without being one. */
static bool find_stop(struct debugger *debugger, struct position end)
{
    uint64_t now = debugger->target.platform->s.clock.steps;
    return now <= end.steps && run_for(debugger, end.steps - now + 1) == RAN_STOP &&
           is_before(position_now(debugger), end);
}

/* Runs from the checkpoint on and counts the stops before `end`; with `most`, up to that one. */
static uint64_t count_stops(struct debugger *debugger, struct position end, uint64_t most)
{
    uint64_t count = 0;
    stops_suspend(debugger);
    go_to_start(debugger);
    stops_renew(debugger);
    while (count < most && !debugger->interrupted && find_stop(debugger, end))
        count++;
    return count;
}

bool command_reverse_continue(struct debugger *debugger, const char *args)
{
    struct position end = position_now(debugger);
    if (!no_more(debugger, args) || !may_go_back(debugger))
        return false;
    if (debugger->in_vmm) /* the exit has been answered already, and its guest stands before it */
        end = (struct position){history_at(&debugger->history, debugger->episode)->step,
                                debugger->episode};
    if (!is_before(debugger->reverse.start, end))
        return fail_at_start(debugger);
    debugger->is_muted = true;
    uint64_t count = count_stops(debugger, end, UINT64_MAX);
    bool is_there = count && count_stops(debugger, end, count) == count;
    debugger->is_muted = false;
    if (!is_there) {
        replay(debugger, debugger->reverse.start);
        out_line(&debugger->out, "nothing stopped it before: this is where %s",
                 debugger->reverse.is_change ? "you changed something" : "the session began");
        tell_position(debugger);
        return true;
    }
    run_report(debugger, debugger->interrupted ? RAN_INTERRUPTED : RAN_STOP);
    return true;
}
