/* What the tests of CSRs share: reading and writing as a CSR instruction does. */
#ifndef CSR_WORLD_H
#define CSR_WORLD_H

#include <criterion/criterion.h>

#include "csr.h"
#include "step.h"
#include "world.h"

#define ALL (~(uint64_t)0)
#define XL64 0xa00000000 /* UXL = SXL = 2 */

static inline bool read_csr(struct world *w, unsigned number, uint64_t *value)
{
    return csr_access(&w->hart, &w->port, number, CSR_SET, false, 0, value);
}

/* Reads what must be readable. */
static inline uint64_t get(struct world *w, unsigned number)
{
    uint64_t value = 0;
    cr_expect(read_csr(w, number, &value), "cannot read %03x", number);
    return value;
}

static inline bool write_csr(struct world *w, unsigned number, enum csr_op op, uint64_t operand)
{
    uint64_t old;
    return csr_access(&w->hart, &w->port, number, op, true, operand, &old);
}

/* Carries out csrrw and ends the step, since a counter counts the instruction that writes it. */
static inline void put(struct world *w, unsigned number, uint64_t value)
{
    cr_expect(write_csr(w, number, CSR_SWAP, value), "cannot write %03x", number);
    step_count(&w->hart, true);
}

/* fflags, frm and fcsr are there where FS is on. */
static inline bool is_float(unsigned number)
{
    return number <= 3;
}

/* A world in which CSR `number` can be had. */
static inline struct world *world_with(unsigned number)
{
    struct world *w = world_new();
    w->hart.csr.mstatus |= is_float(number) ? MSTATUS_FS : 0;
    return w;
}

static inline bool is_read_only(unsigned number)
{
    return number >> 10 == 3;
}

/* Runs one CSR instruction; the operand register is x5, unless the word says x0. */
static inline bool run(struct world *w, uint32_t word)
{
    return step_execute(&w->hart, &w->port, insn_decode(word, w->hart.isa), &w->trap);
}

#endif
