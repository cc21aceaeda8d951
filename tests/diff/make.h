/* The generator of cases: what its parts share.
 *
 * A case is straight code: pieces one after another, jumps only forward, so that it ends. It may
 * trap at any instruction. Code is written with the words of tests/fuzz/maker.h. */
#ifndef MAKE_H
#define MAKE_H

#include "../fuzz/maker.h"
#include "slot.h"

/* What cases are about: which pieces are frequent, and what state they start in. */
enum group {
#define GROUP(name, text) GROUP_##name,
#include "group.def"
    GROUPS,
};
extern const char *const group_names[];

struct world {
    struct maker m; /* image: the slot; at: where the next instruction goes in it */
    isa_t isa;
    enum group group;
    uint64_t base;  /* where the slot lies */
    enum mode mode; /* that the code written now runs in, when nothing has gone wrong */
    bool has_paging;
    uint64_t shift;           /* from physical to the addresses that the code runs at and uses */
    bool may_lock, has_locks; /* PMP entries, which stay locked until the machine is turned off */
};

/* Registers with a meaning, besides tp: the monitor goes on at t3 when a fetch fails; the others
 * are bases of data and of the page of operands. A case writes none of them. */
enum { TP = 4, T0 = 5, T1, T2, T3 = 28, A0 = 10 };
enum { BASE_SP = 2, BASE_OPERANDS = 3, BASE_S0 = 8, BASE_S1 = 9, BASE_DATA = 24 };

/* Makes the case of `seed` for a slot at `base`; returns how many instructions that is. Few seeds
 * lock PMP entries: after each of those QEMU is started anew. */
unsigned make_case(uint8_t *slot, uint64_t seed, uint64_t base, isa_t isa);

/* make.c */
unsigned some_rd(struct world *w);
unsigned some_rs(struct world *w);
unsigned some_base(struct world *w);
bool is_kept_register(unsigned reg);
void put64(struct world *w, uint32_t at, uint64_t value);
uint64_t get64(const struct world *w, uint32_t at);
uint64_t edge(struct world *w); /* an operand of the interesting kind */

/* rows.c: one instruction of some row, with what it needs to be of interest. */
void piece_row(struct world *w);
void piece_float(struct world *w);
void piece_atomic(struct world *w);
void piece_operand(struct world *w); /* a register gets an edge case */
void piece_illegal(struct world *w);
void piece_code(struct world *w); /* the case writes its own code */
void piece_wild(struct world *w); /* a jump to where it may fail */

/* csrs.c */
void piece_csr(struct world *w);
void piece_counter(struct world *w);

/* traps.c: calls, returns, interrupts, changes of mode. */
void piece_trap(struct world *w);
void piece_status(struct world *w);
void piece_descend(struct world *w);

/* spaces.c: page tables and protection, and what looks through them. */
void make_tables_of(struct world *w);
void make_protection(struct world *w);
void piece_look(struct world *w);
void piece_space(struct world *w);
void piece_protect(struct world *w);

#endif
