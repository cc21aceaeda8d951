/* State saved and restored, in memory and without host pointers.
 *
 * There are two ways. A save holds everything, and can be kept for as long as one likes; since a
 * machine and a VM are the same to a guest, what was saved of one can be put into the other. A
 * checkpoint holds harts and devices, and leaves it to RAM to keep the pages that are written from
 * then on: taking it and going back to it cost what was written in between. Held disks (disk.h) are
 * checkpointed too; a disk that is written to its file is outside, and so is the input log, which a
 * restored platform reads again. */
#ifndef SAVE_H
#define SAVE_H

#include "machine.h"

/* All of a machine or a VM but its memory: a plain value. */
struct state {
    unsigned harts;
    struct hart hart[MAX_HARTS];
    struct platform_state platform;
};

void state_take(const struct platform *platform, struct state *state);

/* `platform` is built alike. The input log may have grown since. */
void state_put(struct platform *platform, const struct state *state);

/* All of it. Pages that are zero are left out. */
struct save {
    struct state state;
    uint64_t pages;
    uint64_t *frame; /* number of each page of guest memory, from 0 */
    uint8_t *bytes;  /* the pages, in that order */
};

/* Takes a save. False: no memory. */
bool save_take(const struct platform *platform, struct save *save);

/* Makes `platform`, built alike, what the other was when `save` was taken. Guest memory goes in by
 * DMA; a VM must then forget its shadows (vm_forget). */
void save_put(struct platform *platform, const struct save *save);
void save_free(struct save *save);

/* Makes now the point that machine_rollback goes back to, in place of an earlier one. */
void machine_checkpoint(struct machine *machine, struct state *state);

/* Goes back to the last checkpoint, which gave `state`. Returns how many pages were put back. */
uint64_t machine_rollback(struct machine *machine, const struct state *state);

/* Gives the checkpoint up, so that writing is free of it again. */
void machine_forget(struct machine *machine);

#endif
