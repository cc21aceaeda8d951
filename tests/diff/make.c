/* A case: its state at the start, its data, and as many pieces of code as it is to have. */
#include "make.h"

#include <string.h>

#include "../unit/fp/operands.h"
#include "csr.h"
#include "pmp.h"

const char *const group_names[] = {
#define GROUP(name, text) #name,
#include "group.def"
};

bool is_kept_register(unsigned reg)
{
    return reg == TP || reg == T3 || reg == BASE_SP || reg == BASE_OPERANDS || reg == BASE_S0 ||
           reg == BASE_S1 || reg == BASE_DATA;
}

unsigned some_rd(struct world *w)
{
    unsigned rd;
    do
        rd = (unsigned)some(&w->m, 32);
    while (is_kept_register(rd));
    return rd;
}

unsigned some_rs(struct world *w)
{
    return (unsigned)some(&w->m, 32);
}

unsigned some_base(struct world *w)
{
    static const unsigned bases[] = {BASE_SP, BASE_S0, BASE_S1, BASE_DATA};
    return bases[some(&w->m, 4)];
}

void put64(struct world *w, uint32_t at, uint64_t value)
{
    memcpy(w->m.image + at, &value, 8);
}

uint64_t get64(const struct world *w, uint32_t at)
{
    uint64_t value;
    memcpy(&value, w->m.image + at, 8);
    return value;
}

uint64_t edge(struct world *w)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     ~(uint64_t)0,
                                     0x7fffffffffffffff,
                                     0x8000000000000000,
                                     0x7fffffff,
                                     0x80000000,
                                     0xffffffff80000000,
                                     0xffffffff,
                                     0x100000000,
                                     0xff,
                                     0x80,
                                     0xffff,
                                     0x8000};
    uint64_t any = program_random(&w->m.random);
    switch (some(&w->m, 4)) {
    case 0:
        return edges[some(&w->m, sizeof edges / sizeof *edges)];
    case 1:
        return edges[some(&w->m, sizeof edges / sizeof *edges)] + some(&w->m, 3) - 1;
    case 2:
        return (uint64_t)((int64_t)any >> some(&w->m, 64));
    default:
        return any;
    }
}

static uint64_t float_operand(struct world *w)
{
    uint64_t *random = &w->m.random;
    uint64_t value = one_in(&w->m, 2) ? operand(random, FP_D) : fp_box(operand(random, FP_S));
    return one_in(&w->m, 32) ? operand(random, FP_S) : value; /* rarely without its box */
}

static void make_data(struct world *w)
{
    for (uint32_t at = SLOT_DATA; at < SLOT_RETURNS; at += 8)
        put64(w, at, program_random(&w->m.random));
    for (uint32_t at = SLOT_OPERANDS; at < SLOT_OPERANDS + PAGE_SIZE / 2; at += 8)
        put64(w, at, edge(w));
    for (uint32_t at = SLOT_OPERANDS + PAGE_SIZE / 2; at < SLOT_OPERANDS + PAGE_SIZE; at += 8)
        put64(w, at, float_operand(w));
    for (uint32_t at = SLOT_RETURNS; at < SLOT_TABLES; at += 8)
        put64(w, at, isa_has(w->isa, EXT_C) ? 0x8082808280828082 : 0x0000806700008067);
}

/* The state of mstatus to start with. */
static uint64_t some_status(struct world *w)
{
    uint64_t status = (uint64_t)w->mode << MSTATUS_MPP_SHIFT;
    status |= one_in(&w->m, 8) ? some(&w->m, 4) << MSTATUS_FS_SHIFT : MSTATUS_FS;
    status |= one_in(&w->m, 2) ? MSTATUS_SUM : 0;
    status |= one_in(&w->m, 3) ? MSTATUS_MXR : 0;
    if (w->group == GROUP_traps || w->group == GROUP_csrs) {
        status |= one_in(&w->m, 3) ? MSTATUS_TVM : 0;
        status |= one_in(&w->m, 3) ? MSTATUS_TW : 0;
        status |= one_in(&w->m, 3) ? MSTATUS_TSR : 0;
        status |= one_in(&w->m, 2) ? MSTATUS_MPIE : 0;
        status |= one_in(&w->m, 2) ? MSTATUS_SIE : 0;
        status |= one_in(&w->m, 2) ? MSTATUS_SPIE : 0;
    }
    return status;
}

/* What is delegated, and by which exception S can still reach M. */
static void make_delegation(struct world *w)
{
    static const unsigned exits[] = {CAUSE_ECALL_S, CAUSE_BREAKPOINT, CAUSE_ILLEGAL_INSN};
    uint64_t leave = some(&w->m, 3);
    uint64_t medeleg = program_random(&w->m.random) & MEDELEG_WRITABLE & ~(uint64_t)0x400;
    medeleg &= ~((uint64_t)1 << exits[leave]);
    /* Where protection or tables deny S its memory, its handler could not run. */
    if (w->group == GROUP_protection || one_in(&w->m, 3))
        medeleg = 0;
    put64(w, SLOT_MEDELEG, medeleg);
    put64(w, SLOT_MIDELEG, one_in(&w->m, 2) ? 0 : program_random(&w->m.random) & MIP_S);
    put64(w, SLOT_LEAVE, leave);
    put64(w, SLOT_NESTS, w->group == GROUP_traps && one_in(&w->m, 3));
}

static void make_csrs(struct world *w)
{
    bool has_timer = isa_has(w->isa, EXT_Sstc) && one_in(&w->m, 4);
    put64(w, SLOT_MSTATUS, some_status(w));
    make_delegation(w);
    put64(w, SLOT_MIE, w->group == GROUP_traps ? program_random(&w->m.random) & 0xaaa : 0);
    put64(w, SLOT_MCOUNTEREN, program_random(&w->m.random) & 7);
    put64(w, SLOT_SCOUNTEREN, program_random(&w->m.random) & 7);
    put64(w, SLOT_MENVCFG, has_timer ? MENVCFG_STCE : 0);
    put64(w, SLOT_HAS_C, isa_has(w->isa, EXT_C));
    put64(w, SLOT_HAS_SSTC, isa_has(w->isa, EXT_Sstc));
    put64(w, SLOT_STIMECMP, has_timer && one_in(&w->m, 2) ? 0 : (uint64_t)1 << 60);
    put64(w, SLOT_MTVEC_MODE, some(&w->m, 2));
    put64(w, SLOT_STVEC_MODE, some(&w->m, 2));
    put64(w, SLOT_FCSR, some(&w->m, 5) << FCSR_FRM_SHIFT);
}

static void make_registers(struct world *w)
{
    static const struct {
        unsigned reg;
        uint32_t at;
    } bases[] = {
        {BASE_SP, SLOT_DATA + 0x1000},   {BASE_OPERANDS, SLOT_OPERANDS + 0x800},
        {BASE_S0, SLOT_DATA + 0x1800},   {BASE_S1, SLOT_DATA + 0x2000},
        {BASE_DATA, SLOT_DATA + 0x27fc}, {T3, SLOT_END},
    };
    for (unsigned i = 1; i < 32; i++)
        put64(w, SLOT_X + 8 * i, i == TP ? 0 : edge(w));
    for (unsigned i = 0; i < 32; i++)
        put64(w, SLOT_F + 8 * i, float_operand(w));
    for (unsigned i = 0; i < sizeof bases / sizeof *bases; i++)
        put64(w, SLOT_X + 8 * bases[i].reg, w->base + w->shift + bases[i].at);
}

/* Pieces by group: how many of a hundred are of each kind; the rest are rows. */
struct mix {
    void (*piece)(struct world *w);
    uint8_t percent[GROUPS];
};
static const struct mix mixes[] = {
    /*                rows floats csrs traps pages prot. atomics */
    {piece_operand, {10, 14, 6, 4, 3, 3, 8}}, {piece_float, {2, 60, 2, 2, 2, 2, 2}},
    {piece_atomic, {3, 1, 1, 1, 6, 10, 50}},  {piece_illegal, {3, 1, 2, 3, 0, 0, 1}},
    {piece_code, {2, 0, 0, 1, 1, 1, 0}},      {piece_wild, {3, 0, 1, 3, 6, 5, 0}},
    {piece_csr, {3, 4, 60, 10, 2, 2, 2}},     {piece_counter, {1, 0, 6, 1, 0, 0, 0}},
    {piece_trap, {3, 1, 5, 40, 2, 2, 4}},     {piece_status, {1, 4, 4, 8, 6, 3, 1}},
    {piece_descend, {1, 1, 1, 3, 1, 1, 1}},   {piece_look, {2, 0, 2, 4, 40, 20, 6}},
    {piece_space, {1, 0, 1, 2, 20, 2, 2}},    {piece_protect, {0, 0, 0, 0, 0, 25, 0}},
};

static void make_piece_of(struct world *w)
{
    uint64_t dice = some(&w->m, 100);
    may_land(&w->m);
    for (unsigned i = 0; i < sizeof mixes / sizeof *mixes; i++) {
        if (dice < mixes[i].percent[w->group]) {
            mixes[i].piece(w);
            return;
        }
        dice -= mixes[i].percent[w->group];
    }
    piece_row(w);
}

/* How many instructions stand between two places. */
static unsigned count(const struct world *w, uint32_t from, uint32_t to)
{
    unsigned instructions = 0;
    for (; from < to; instructions++)
        from += insn_is_long(w->m.image[from]) ? 4 : 2;
    return instructions;
}

/* Code, from somewhere before the end of a page or after it. Returns how long it is. */
static unsigned make_code(struct world *w)
{
    enum { ROOM = 0x180 };
    uint64_t pieces = 40 + some(&w->m, 120);
    uint32_t entry = SLOT_CODE + (uint32_t)some(&w->m, PAGE_SIZE / 4) * 4;
    put64(w, SLOT_PC, w->base + w->shift + entry);
    w->m.at = entry;
    for (; pieces > 0 && w->m.at < SLOT_END - ROOM; pieces--)
        make_piece_of(w);
    unsigned made = count(w, entry, w->m.at);
    for (unsigned i = 0; i < 12; i++) { /* where the last jumps go */
        may_land(&w->m);
        EMIT(&w->m, addi, 0, 0, 0, 0);
    }
    EMIT(&w->m, jal, 0, 0, 0, SLOT_END - w->m.at);
    w->m.at = SLOT_END;
    EMIT(&w->m, ecall, 0, 0, 0, 0);
    return made;
}

/* Each in its turn, but more of plain rows, of which there are many. */
static enum group some_group(struct world *w)
{
    uint64_t dice = some(&w->m, GROUPS + 2);
    return dice < GROUPS ? (enum group)dice : GROUP_rows;
}

/* Where PMP entries may be locked: after such a case QEMU starts anew. */
static bool is_to_lock(struct world *w)
{
    return w->group == GROUP_protection ? one_in(&w->m, 4)
                                        : w->group == GROUP_csrs && one_in(&w->m, 40);
}

unsigned make_case(uint8_t *slot, uint64_t seed, uint64_t base, isa_t isa)
{
    static const enum mode modes[] = {MODE_M, MODE_S, MODE_U};
    struct world w = {
        .m = {.image = slot, .random = seed, .lands_between = true}, .isa = isa, .base = base};
    memset(slot, 0, SLOT_SIZE);
    w.group = some_group(&w);
    w.mode = modes[some(&w.m, 3)];
    w.may_lock = is_to_lock(&w);
    if (w.may_lock)
        w.mode = MODE_M;
    w.has_paging = w.group == GROUP_pages ? !one_in(&w.m, 8) : one_in(&w.m, 3);
    w.shift = w.has_paging && w.mode == MODE_U ? SLOT_WINDOW - base : 0;
    make_data(&w);
    make_tables_of(&w);
    make_csrs(&w);
    make_protection(&w);
    make_registers(&w);
    unsigned made = make_code(&w);
    put64(&w, SLOT_LOCKS, w.has_locks);
    return made;
}
