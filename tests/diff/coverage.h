/* What the cases of a run did on our side: rows retired, causes raised, CSR fields written. */
#ifndef COVERAGE_H
#define COVERAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "csr.h"
#include "deviations.h"
#include "insn.h"

enum { FIELDS = 1024, SAMPLE = 16, CAUSES = 16 };

/* A field of a CSR that can be written, and which values it was written with: up to SAMPLE. */
struct field_use {
    unsigned number;
    char name[16];
    unsigned high, low;
    uint64_t seen[SAMPLE];
    unsigned count, left_out; /* how many, and how many of them only where an exception held */
};

struct coverage {
    uint64_t cases, generated, steps, retired_in[4];
    uint64_t retired[INSN_COUNT], compressed[RVC_COUNT];
    uint64_t exceptions[CAUSES], interrupts[CAUSES];
    uint64_t excused[DEVIATIONS], hung;
    struct field_use field[FIELDS];
    unsigned fields;
};

void coverage_init(struct coverage *coverage);

/* An instruction of a case retired in `mode`; a CSR instruction wrote `value`, or would have but
 * for an exception; a trap was taken. */
void coverage_retired(struct coverage *coverage, struct insn insn, enum mode mode);
void coverage_written(struct coverage *coverage, unsigned number, uint64_t value);
void coverage_left_out(struct coverage *coverage, unsigned number, uint64_t value);
void coverage_trap(struct coverage *coverage, uint64_t cause);

/* How many values of a field there are to write: all, or a sample. */
unsigned field_values(const struct field_use *field);

/* Prints it all. Returns how many goals were missed: `retired` executions of each row, every cause,
 * every value of every field of a CSR. */
unsigned coverage_print(const struct coverage *coverage, uint64_t retired, isa_t isa, FILE *out);

#endif
