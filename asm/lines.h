/* Line numbers, and what else of DWARF is written (lines.c, unit.c, cfi.c). */
#ifndef LINES_H
#define LINES_H

#include "directive.h"

void lines_free(struct as *as);

/* Puts a number, an address, or how far apart two places are, into the section being written. */
void lines_put(struct as *as, uint64_t value, unsigned size);
void lines_put_uleb(struct as *as, uint64_t value);
void lines_put_sleb(struct as *as, int64_t value);
void lines_put_address(struct as *as, struct symbol *symbol, int64_t more, unsigned size);
void lines_put_distance(struct as *as, struct symbol *to, struct symbol *from, unsigned size);

/* A label at the end of a section's code. */
struct symbol *lines_end(struct as *as, struct section *code);

/* Overwrites bytes that were put. */
void lines_fill(struct section *section, size_t at, uint64_t value, unsigned size);

/* Enters a section that only debuggers read, made at need. */
struct section *lines_section(struct as *as, const char *name, uint64_t flags);

/* unit.c: the unit that the lines of an assembly source belong to; `lines` is where they begin. */
void unit_write(struct as *as, struct symbol *lines);

#endif
