/* Loads, stores and fetches by virtual address: translation and access in one, as a hart does them.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include "hart.h"
#include "insn.h"
#include "port.h"

/* The physical address of `va` for one access. True: *pa. False: *trap says why. */
bool memory_translate(const struct hart *hart, struct port *port, uint64_t va, enum access why,
                      uint64_t *pa, struct trap *trap);

/* Reads or writes `size` bytes (1, 2, 4 or 8) at `va`; they may cross a page, and then both pages
 * are translated before anything is written (P30). LR and AMO must be aligned. False: *trap says
 * why, and nothing was written. */
bool memory_load(const struct hart *hart, struct port *port, uint64_t va, unsigned size,
                 enum access why, uint64_t *value, struct trap *trap);
bool memory_store(const struct hart *hart, struct port *port, uint64_t va, unsigned size,
                  enum access why, uint64_t value, struct trap *trap);

/* Fetches the instruction at hart->pc: 16 bits, or 32 when the first 16 announce them (ISA 1.5). */
bool memory_fetch(const struct hart *hart, struct port *port, uint32_t *word, struct trap *trap);

/* What a load, store or atomic is about to touch, by the registers as they stand. */
struct touch {
    uint64_t va;
    unsigned size;
    enum access why; /* LOAD, STORE, LR, or AMO, which SC is too */
};

/* True for loads, stores and atomics, by their major opcode (ISA table 24.1). False: `insn` touches
 * no memory. */
bool memory_touches(const struct hart *hart, const struct insn *insn, struct touch *touch);

#endif
