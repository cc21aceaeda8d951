/* Running the target, and telling why it stopped. */
#ifndef RUN_TARGET_H
#define RUN_TARGET_H

#include "debugger.h"

enum ran {
    RAN_STEPS,       /* all that were asked for */
    RAN_EPISODE,     /* something came in between, and a step was wanted */
    RAN_STOP,        /* a stop of the list: stops.hit */
    RAN_ENDED,       /* the guest turned itself off */
    RAN_LIMIT,       /* the session's last step is taken */
    RAN_IDLE,        /* the guest waits, and nothing comes */
    RAN_INTERRUPTED, /* by Ctrl-C */
};

/* Becomes the host's end of the guest's console. */
void run_attach(struct debugger *debugger);

/* Runs for `steps` steps at the most. */
enum ran run_for(struct debugger *debugger, uint64_t steps);

/* Tells why the run stopped and where it stands, carries out what belongs to the stop, and forgets
 * stops that were for one time. */
void run_report(struct debugger *debugger, enum ran ran);

/* The line that says where the session is: lane, pc, source, instruction. */
void run_where(struct debugger *debugger);

#endif
