/* Going back in time: to a checkpoint, and forward again to just before.
 *
 * A run is a function of the image, of the input and of how long it has gone, so what is replayed
 * is what was, exits and their numbers included. The checkpoint is where the session began; or
 * where the user changed something, since what was changed by hand is in no log. */
#ifndef REVERSE_H
#define REVERSE_H

#include "target.h"

/* Where a session stands. Steps alone do not say it: a shadow fill takes none. */
struct position {
    uint64_t steps, episodes;
};

struct reverse {
    struct position start;
    struct state state; /* of a bare machine; a VM keeps its own */
    struct shadow_stats shadow_stats;
    struct exit_ring exits;
    uint64_t random; /* for --amnesia */
    bool is_change;  /* it starts where the user changed something */
};

struct debugger;

/* Makes where the session stands the place that it can go back to. */
void reverse_start(struct debugger *debugger);

#endif
