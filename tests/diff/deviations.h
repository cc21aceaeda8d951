/* Where QEMU 7.2 departs from the manual, or makes another choice that the manual leaves open:
 * each by name, with its section, and as narrow as it can be said.
 *
 * They are asked before each instruction of a case, on our state. Where one holds, the instruction
 * becomes a nop on both sides; how often is counted and printed. What we do there is the unit
 * tests' affair. */
#ifndef DEVIATIONS_H
#define DEVIATIONS_H

#include "hart.h"

struct sight;

enum deviation {
#define DEVIATION(name, section, text) DEVIATION_##name,
#include "deviations.def"
    DEVIATIONS,
    DEVIATION_NONE = DEVIATIONS,
};

struct deviation_info {
    const char *name, *section, *text;
};
extern const struct deviation_info deviation_table[];

/* The exception that holds for the instruction in sight, or DEVIATION_NONE. */
enum deviation deviation_at(const struct sight *sight);

/* The same for a fetch that failed; `insn` is not known. */
enum deviation deviation_of_fetch(const struct sight *sight);

/* The same for an interrupt that `hart` is about to take. */
enum deviation deviation_of_interrupt(const struct hart *hart, uint64_t cause);

#endif
