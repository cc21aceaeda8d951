/* Our side: a case on the reference step, watched at every instruction. */
#ifndef OURS_H
#define OURS_H

#include "coverage.h"
#include "isa.h"
#include "machine.h"
#include "slot.h"
#include "twin.h"

/* Where cases run, and how many lie in the RAM of both sides; in its last two megabytes QEMU puts
 * its device tree. */
#define RUN_BASE ((uint64_t)RAM_BASE + RUN_OFFSET)
#define DIFF_RAM ((uint64_t)64 << 20)
enum { SLOTS = 960 };
enum { CASE_STEPS = 60000 }; /* of a case, until it hangs */
_Static_assert(CASES_OFFSET + SLOTS * SLOT_SIZE <= (62 << 20), "cases and device tree meet");

/* What a test plants: a row whose result, or a CSR whose kept value, comes out with one bit wrong;
 * or a twin that starts with one. */
struct plant {
    enum insn_id row;    /* INSN_COUNT: none */
    unsigned csr;        /* 0: none */
    enum twin_kind twin; /* TWINS: none */
};

/* An instruction about to be executed by a case, for those who count and those who judge. */
struct sight {
    const struct hart *hart;
    struct port *port;
    struct insn insn;
    uint64_t pa;              /* where it lies */
    struct insn next;         /* the one behind it in memory */
    uint64_t lr_va, lr_value; /* of the last LR: where, and what it read there */
    unsigned lr_size;
    bool has_trapped;  /* since */
    bool is_stale;     /* MPP changed under MPRV, by other means than a write */
    uint64_t standing; /* counters, bits as in mcountinhibit, that were written since they stand */
    uint32_t executed; /* pages of the slot that M has fetched from, a bit each */
};

/* Done; or the case does not end, or reaches beyond its slot; or an exception stopped it. */
enum verdict { RUN_DONE, RUN_LOST, RUN_EXCUSED };

struct ours;
struct ours *ours_new(const uint8_t *monitor, size_t monitor_size, isa_t isa);
void ours_free(struct ours *ours);
void ours_plant(struct ours *ours, struct plant plant);

/* Runs the case in `before` (SLOT_SIZE bytes) in its place; what it leaves is in `after`.
 * Instructions that an exception of deviations.c holds for are replaced in `before` by nops. What
 * it executes is counted in `coverage` (NULL: it is not). */
enum verdict ours_run(struct ours *ours, uint8_t *before, uint8_t *after,
                      struct coverage *coverage);

#endif
