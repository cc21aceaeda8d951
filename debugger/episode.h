/* Episodes: what came between two instructions of a guest. A trap that it takes, an interrupt, or
 * an exit to the VMM and its answer.
 *
 * Each holds the guest's whole state before and after, so that what changed is found by comparing,
 * and what was true of memory then: the instruction, the guest's walk, what the p2m and the shadow
 * said. Rules are found out from these, later, when somebody asks (rules.c). */
#ifndef EPISODE_H
#define EPISODE_H

#include "exit.h"
#include "target.h"

enum episode_kind {
    EPISODE_TRAP,      /* an exception that a bare hart takes, or its firmware answers */
    EPISODE_INTERRUPT, /* taken by a hart, or injected */
    EPISODE_EXIT,      /* from a VM to its VMM */
};

/* A device's register that was read or written. */
struct mmio {
    uint64_t pa, value;
    unsigned size;
    bool is_write;
};

/* What a page table said before and after. */
struct entry_change {
    uint64_t before, after;
    int level;
    unsigned reasons, reasons_after; /* of a shadow: why it allows less (shadow.h) */
};

enum { EPISODE_MMIO = 4 };

struct episode {
    uint64_t number; /* from 0, over all kinds */
    enum episode_kind kind;
    unsigned hart;
    uint64_t step, end; /* steps before it, and after */
    struct hart before, after;
    struct trap trap; /* what the hart reported; what it takes */
    bool by_firmware; /* built-in firmware answers it */

    bool has_insn, has_touch;
    uint32_t word;
    struct touch touch; /* it loads or stores: where, and what stood there before and after */
    uint64_t memory_before, memory_after;

    /* Of a fault: the access, and the guest's walk for it; none where the guest's space is bare. */
    bool is_fault, has_walk;
    enum access why;
    enum walk_result result;
    struct walk walk;
    uint64_t gpa; /* where it leads, when the walk came to something */

    /* Of an exit. */
    struct exit_record record;
    bool has_memory, had_hole; /* the p2m has an entry for gpa; it had none, and has one now */
    struct p2m_entry memory;
    struct p2m_entry given;     /* what it says now: of what was withheld, something may be given */
    uint64_t shadow_satp;       /* in force */
    struct entry_change shadow; /* the shadow's entry for the address */
    struct entry_change leaf;   /* the guest's own */
    uint64_t fills, cleared;    /* of shadows, in this exit */
    uint64_t nanoseconds;       /* of the host, with what the debugger adds */
    struct mmio mmio[EPISODE_MMIO];
    unsigned mmios;
};

enum { EPISODES = 4096 };
struct history {
    struct episode *ring; /* EPISODES of them */
    uint64_t count;
    struct episode now; /* an exit that is not answered yet */
    bool is_open;
};

struct debugger;

/* Opens the history of `debugger`, and becomes the observer of its platform. False: no memory. */
bool history_open(struct debugger *debugger);
void history_close(struct debugger *debugger);

/* Episode `number`; NULL: it is not remembered, or has not been. */
const struct episode *history_at(const struct history *history, uint64_t number);

/* The last of all; NULL: nothing yet. */
static inline const struct episode *history_last(const struct history *history)
{
    return history->count ? history_at(history, history->count - 1) : NULL;
}

#endif
