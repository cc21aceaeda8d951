/* What the parts of the generator share: the place to write to, and words for writing there. */
#ifndef MAKER_H
#define MAKER_H

#include "../tools/encode.h"
#include "program.h"

enum { PENDING = 32, LANDINGS = 16, STARTS = 8192 };

/* The window: addresses that pages of all permissions are mapped at; and the devices in it. */
#define WINDOW ((uint64_t)0x40000000)
#define WINDOW_DEVICES 48
#define CODE_ALIAS (WINDOW - RAM_BASE) /* RAM's own pages come first in it */

/* Offsets in PROGRAM_VARS. */
enum {
    VARS_COUNTER = 0,
    VARS_M_LANDINGS = 0x200,
    VARS_S_LANDINGS = 0x400,
    VARS_SATPS = 0x600,
    VARS_PTES = 0x700
};
enum { SATPS = 8, PTES = 32 };

/* Registers with a meaning: bases of data (sp, s0, s1, s8), of the last two tables (s9), of the
 * window (s10) and of PROGRAM_VARS (gp). The handlers use t3 to t6. */
enum { R_SP = 2, R_VARS = 3, R_S0 = 8, R_S1 = 9, R_DATA = 24, R_TABLES, R_WINDOW };

/* Who runs a piece of code. */
enum kind { KIND_M, KIND_S, KIND_U, KIND_ANY };

struct maker {
    uint8_t *image;
    uint64_t random;
    bool has_firmware;
    uint32_t at; /* where in the image the next instruction goes */

    /* Jumps forward that still look for their target, and how many instructions away it is. */
    struct {
        uint32_t at, from;
        unsigned left;
    } pending[PENDING];
    bool lands_between; /* only at may_land, or at any instruction */

    uint32_t start[STARTS]; /* where pieces of code start */
    unsigned starts;
};

/* program.c */
uint64_t some(struct maker *m, uint64_t limit); /* a random number below `limit` */
bool one_in(struct maker *m, uint64_t n);
void emit_half(struct maker *m, uint16_t half);
void emit_word(struct maker *m, uint32_t word);
void emit_li(struct maker *m, unsigned rd, uint64_t value);
void will_settle(struct maker *m, uint32_t at, uint32_t from); /* a jump forward, at `at` */
void may_land(struct maker *m); /* the next instruction can be jumped to without harm */
#define EMIT(m, name, rd, rs1, rs2, imm)                                                           \
    emit_word(m, encode(INSN_##name, rd, rs1, rs2, (int64_t)(imm)))

/* handlers.c */
void make_handlers(struct maker *m);
void make_start(struct maker *m);

/* pieces.c: one piece of random code. */
void make_piece(struct maker *m, enum kind kind);

/* tables.c: page tables, and all that the handlers read. */
void make_tables(struct maker *m);

#endif
