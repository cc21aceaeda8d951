/* Both sides at once: cases in, and which of them come out different. */
#ifndef PAIR_H
#define PAIR_H

#include <stdio.h>

#include "ours.h"
#include "qemu.h"

struct pair {
    isa_t isa;
    struct ours *ours;
    struct qemu *qemu;
    const uint8_t *monitor; /* lent */
    size_t monitor_size;

    /* The cases, SLOT_SIZE bytes each: as they start, without what exceptions hold for, and as our
     * side leaves them. */
    uint8_t (*before)[SLOT_SIZE];
    uint8_t (*after)[SLOT_SIZE];
    unsigned count;
};

bool pair_init(struct pair *pair, isa_t isa, struct qemu *qemu, const uint8_t *monitor,
               size_t monitor_size);
void pair_free(struct pair *pair);

/* Takes one more case and runs it on our side. False: it cannot be compared, and is not taken. */
bool pair_add(struct pair *pair, const uint8_t *before, struct coverage *coverage);

/* Runs all cases on QEMU; differs[i] says whether case i came out different there, or never did.
 * False: QEMU does not work at all, which was told. The cases stay until pair_clear. */
bool pair_compare(struct pair *pair, bool *differs);
void pair_clear(struct pair *pair);

/* What QEMU made of case `index`, after pair_compare. */
const uint8_t *pair_theirs(const struct pair *pair, unsigned index);

/* Tells the differences between two ends of a case, a line each, a few of them. */
void pair_tell(const uint8_t *ours, const uint8_t *theirs, FILE *out);

#endif
