/* State saved and restored, in memory and without host pointers.
 *
 * There are two ways. A save holds everything and can be kept for as long as one likes. A
 * checkpoint holds harts and devices, and leaves it to RAM to keep the pages that are written from
 * then on: taking it and going back to it cost what was written in between. The input log is from
 * outside and part of neither: a restored machine reads it again. */
#ifndef SAVE_H
#define SAVE_H

#include "machine.h"

/* All of a machine but its memory: a plain value. */
struct machine_state {
    unsigned harts;
    struct hart hart[MAX_HARTS];
    struct platform_state platform;
};

/* All of a machine. Pages that are zero are left out. */
struct machine_save {
    struct machine_state state;
    uint64_t pages;
    uint64_t *frame; /* number of each page, from 0 */
    uint8_t *bytes;  /* the pages, in that order */
};

/* Takes a save. False: no memory. */
bool machine_save(const struct machine *machine, struct machine_save *save);

/* Makes `machine`, built alike, what it was when `save` was taken. */
void machine_restore(struct machine *machine, const struct machine_save *save);
void machine_save_free(struct machine_save *save);

/* Makes now the point that machine_rollback goes back to, in place of an earlier one. */
void machine_checkpoint(struct machine *machine, struct machine_state *state);

/* Goes back to the last checkpoint, which gave `state`. Returns how many pages were put back. */
uint64_t machine_rollback(struct machine *machine, const struct machine_state *state);

/* Gives the checkpoint up, so that writing is free of it again. */
void machine_forget(struct machine *machine);

#endif
