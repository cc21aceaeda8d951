/* Both sides at once: cases in, and which of them come out different. Ours is the reference step,
 * which its twins have to agree with before QEMU is asked. */
#ifndef PAIR_H
#define PAIR_H

#include <stdio.h>

#include "ours.h"
#include "qemu.h"

struct pair {
    isa_t isa;
    struct ours *ours;
    struct twin *twin[TWINS];
    bool asks_twins; /* not where the reference itself is wrong on purpose */
    struct qemu *qemu;
    const uint8_t *monitor; /* lent */
    size_t monitor_size;

    /* The cases, SLOT_SIZE bytes each: as they start, without what exceptions hold for, and as our
     * side leaves them. */
    uint8_t (*before)[SLOT_SIZE];
    uint8_t (*after)[SLOT_SIZE];
    enum twin_kind *twin_differs; /* which twin does, of each case; TWINS: none */
    unsigned count;
};

bool pair_init(struct pair *pair, isa_t isa, struct qemu *qemu, const uint8_t *monitor,
               size_t monitor_size);
void pair_free(struct pair *pair);

/* Makes our side wrong, for tests. */
void pair_plant(struct pair *pair, struct plant plant);

/* Takes one more case and runs it on our side. False: it cannot be compared, and is not taken. */
bool pair_add(struct pair *pair, const uint8_t *before, struct coverage *coverage);

/* Runs all cases on QEMU; differs[i] says whether case i came out different there, or never did, or
 * was different on a twin. False: QEMU does not work at all, which was told. The cases stay until
 * pair_clear. */
bool pair_compare(struct pair *pair, bool *differs);
void pair_clear(struct pair *pair);

/* What QEMU made of case `index`, after pair_compare. */
const uint8_t *pair_theirs(const struct pair *pair, unsigned index);

/* Tells what differs in case `index`, between whom, a line each, a few of them. */
void pair_tell(struct pair *pair, unsigned index, FILE *out);

/* The same of two ends of a case. */
void tell_ends(const char *name, const uint8_t *ours, const uint8_t *theirs, FILE *out);

#endif
