/* Twins of the reference step: the engine, and a VM. What they make of a case must be the same to
 * the byte, and without any exception: the manual leaves nothing open between two of ours. */
#ifndef TWIN_H
#define TWIN_H

#include <stddef.h>

#include "isa.h"

enum twin_kind { TWIN_ENGINE, TWIN_VM, TWINS };
extern const char *const twin_names[];

struct twin;

/* The monitor is lent. NULL: no memory. */
struct twin *twin_new(enum twin_kind kind, const uint8_t *monitor, size_t monitor_size, isa_t isa);
void twin_free(struct twin *twin);

/* For tests: the twin starts every case with a register wrong. */
void twin_plant(struct twin *twin);

/* Runs a case from power-on; what it leaves is in `after`. False: it does not end. The VM's shadows
 * follow one policy after another, by `turn`. */
bool twin_run(struct twin *twin, const uint8_t *before, uint8_t *after, uint64_t turn);

#endif
