/* The debugger: one session over one target. */
#ifndef DEBUGGER_H
#define DEBUGGER_H

#include <signal.h>

#include "episode.h"
#include "expr.h"
#include "out.h"
#include "reverse.h"
#include "stops.h"
#include "symbols.h"
#include "target.h"

/* Which world the session is in. On a bare machine there are only the guest's. */
enum lane { LANE_USER, LANE_KERNEL, LANE_MACHINE, LANE_VMM };

/* A user's text, shown again at each stop. */
struct display {
    struct display *next;
    unsigned number;
    char *text;
};

struct debugger {
    struct target target;
    struct out out;
    struct symbols symbols;
    struct stops stops;
    struct history history;
    struct observer observer;
    struct reverse reverse;
    struct display *displays;
    unsigned last_display;
    char *source_path; /* where source files are looked for besides here; NULL */

    unsigned hart; /* that commands are about */

    /* In the lane of the VMM: which episode is told, and how much of it has been. */
    bool in_vmm;
    uint64_t episode;
    unsigned stage;
    bool stops_at_episodes; /* a step is being taken */

    /* The run. */
    volatile sig_atomic_t interrupted;
    bool shows_time; /* what exits cost the host, which is never twice the same */
    bool has_ended;  /* the guest turned itself off; nothing runs any more */
    bool is_changed; /* by the user: the run is no longer what the image alone makes */
    bool has_idled;
    uint64_t limit; /* steps that may be taken in all */
    bool has_met_limit;
    bool is_muted;                   /* what runs has run before, and was seen */
    bool is_replaying;               /* and is not even to stop */
    uint64_t busy_since, idle_steps; /* clock and steps: for telling that the guest only idles */
    struct perfetto *perfetto;       /* an open trace; NULL */

    /* The session. */
    bool wants_to_quit;
    bool is_interactive;
    const char *command; /* that is being carried out */
    char *last_line;     /* what an empty line repeats */
    unsigned nesting;    /* of source files and stop commands */
    bool has_failed;     /* a script ended in an error */
};

static inline struct hart *debugger_hart(const struct debugger *debugger)
{
    return target_hart(&debugger->target, debugger->hart);
}

/* The hart as the session shows it: in the lane of the VMM, as it was before the state changed,
 * until the stage that tells so. */
const struct hart *debugger_shown(const struct debugger *debugger);
enum lane debugger_lane(const struct debugger *debugger);
const char *lane_name(enum lane lane);
enum color lane_color(enum lane lane);

/* What the observer found (episode.c): for stops and traces. */
void debugger_trap(struct debugger *debugger, const struct hart *hart, struct trap trap);
void debugger_episode(struct debugger *debugger, const struct episode *episode);
void debugger_mmio(struct debugger *debugger, const struct mmio *mmio);
void debugger_stored(struct debugger *debugger, uint64_t pa, size_t size);

/* Carries out one line. False: it failed, and said why. */
bool debugger_line(struct debugger *debugger, const char *line);

/* The same for a line that is part of the answer to another. */
bool debugger_part(struct debugger *debugger, const char *line);

#endif
