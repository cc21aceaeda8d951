/* Where a run stops: breakpoints, catchpoints and watchpoints, as the user asked for them, and how
 * they are made fast.
 *
 * What can be told by an address is handed to the cpu as triggers; what an episode tells costs
 * nothing before it happens. Only watching an expression has to look after every step. */
#ifndef STOPS_H
#define STOPS_H

#include "episode.h"
#include "expr.h"

enum stop_kind {
    STOP_AT,         /* an address */
    STOP_WATCH,      /* memory */
    STOP_EXPRESSION, /* any value; slow */
    STOP_MODE,       /* the guest's privilege changes */
    STOP_TRAP,       /* the guest takes a trap */
    STOP_EXIT,       /* a vcpu comes back to its VMM */
    STOP_CSR,        /* a CSR is read or written */
    STOP_TABLE,      /* a store to a page table that is in use */
    STOP_DEVICE,     /* a device's register is read or written */
};

enum { ANY = -1, COMMANDS_MAX = 32, TABLES_MAX = 2048 };

struct stoppoint {
    struct stoppoint *next;
    unsigned number;
    enum stop_kind kind;
    bool is_enabled, is_temporary, is_internal;
    char *text;      /* as the user gave it */
    char *condition; /* an expression; NULL: none */
    uint64_t ignore, hits;
    char *command[COMMANDS_MAX];
    unsigned commands;

    enum level level;     /* of the address */
    uint64_t first, last; /* addresses: of AT, WATCH, DEVICE */
    bool on_read, on_write;
    int which;      /* mode, exit reason; or ANY */
    uint64_t cause; /* of TRAP; or CAUSE_ANY */
    unsigned csr;
    uint64_t old; /* of EXPRESSION */

    /* Of internal ones: only in this frame or an outer one, of this mode and space. */
    bool has_frame;
    uint64_t least_sp, satp;
    enum mode mode;
};
#define CAUSE_ANY (~(uint64_t)0)

/* What made the run stop, in the words for it. */
struct hit {
    struct stoppoint *stop; /* NULL: none of the user's */
    bool is_after; /* it was noticed before the instruction that does it: take one step more */
    char text[256];
    uint64_t address, old, new; /* of a watched place */
    bool has_values;
};

struct stops {
    struct stoppoint *list;
    unsigned last_number;
    struct triggers triggers;
    struct trigger_range *range; /* made of the list, and of the tables in use */
    unsigned ranges, room;
    bool is_stale; /* the list, or the tables, changed: make the triggers anew */

    /* While running. */
    bool has_hit;
    struct hit hit;
    struct touch touch; /* a watched access that is about to be made, and by which instruction */
    bool has_touch;
    struct stoppoint *touch_stop;
    uint64_t touch_old, touch_steps;
    bool touch_trapped;
    /* Where the run was resumed: a place is not reached again before a step is taken. */
    uint64_t resume_pc, resume_steps, resume_cpu_steps;
};

/* Adds a stop like `stop`, whose texts it takes; NULL: no memory. */
struct stoppoint *stops_add(struct debugger *debugger, const struct stoppoint *stop);
struct stoppoint *stops_find(struct stops *stops, unsigned number);
void stops_remove(struct debugger *debugger, struct stoppoint *stop);
void stops_free(struct stops *stops);

/* Gets the triggers ready for a run. */
void stops_arm(struct debugger *debugger);

/* Stops do nothing until they are renewed: expressions are as they are now. */
void stops_suspend(struct debugger *debugger);
void stops_renew(struct debugger *debugger);

/* True when some stop has to look after every step. */
bool stops_are_slow(const struct stops *stops);

/* Looks at the expressions, after a step. */
void stops_look(struct debugger *debugger);

/* The run came back: whether it is to stop, by conditions and ignore counts. */
bool stops_decide(struct debugger *debugger);

/* The run found something by itself: from the callbacks of episode.c. */
void stops_on_trap(struct debugger *debugger, const struct hart *hart, struct trap trap);
void stops_on_episode(struct debugger *debugger, const struct episode *episode);
void stops_on_mmio(struct debugger *debugger, const struct mmio *mmio);
void stops_on_store(struct debugger *debugger, uint64_t gpa, size_t size);

#endif
