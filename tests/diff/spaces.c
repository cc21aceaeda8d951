/* Page tables of every shape, PMP entries of every kind, and pieces that look through both.
 *
 * Two roots share the tables below. RAM is mapped where it is for S by a page of 1 GiB, so that
 * handlers live; all else is open to chance. The window's first sixteen pages are the slot's. */
#include "make.h"

#include "csr.h"
#include "pmp.h"

/* Tables, by page from SLOT_TABLES. */
enum { ROOT_A, ROOT_B, MIDDLE, LEAVES, WILD, TABLES };

#define RWX (PTE_R | PTE_W | PTE_X)
#define OPEN (PTE_V | RWX | PTE_A | PTE_D)

static uint64_t table_pa(const struct world *w, unsigned table)
{
    return w->base + SLOT_TABLES + table * PAGE_SIZE;
}

static uint32_t entry_at(unsigned table, unsigned index)
{
    return SLOT_TABLES + table * PAGE_SIZE + 8 * index;
}

static uint64_t leaf(uint64_t pa, uint64_t bits)
{
    return pa >> PAGE_SHIFT << PTE_PPN_SHIFT | bits;
}

/* Some bits more, or fewer: all that an entry can have wrong. */
static uint64_t spoiled(struct world *w, uint64_t pte)
{
    if (one_in(&w->m, 2))
        pte &= ~(uint64_t)(one_in(&w->m, 2) ? PTE_A | PTE_D : PTE_D);
    if (one_in(&w->m, 3))
        pte ^= (uint64_t)1 << some(&w->m, 10);
    if (one_in(&w->m, 8))
        pte ^= (uint64_t)1 << (54 + some(&w->m, 10));
    return pte;
}

/* A leaf of a 4 KiB page: one of the slot's data, mostly. */
static uint64_t some_leaf(struct world *w)
{
    static const uint64_t perms[] = {PTE_R, PTE_R | PTE_W, PTE_X, PTE_R | PTE_X, RWX, RWX};
    static const uint64_t nowhere[] = {0, 0x50000, 0x100000000000, 0x90000000};
    uint64_t pa = w->base + SLOT_DATA + (some(&w->m, 4) << PAGE_SHIFT);
    uint64_t bits = PTE_V | PTE_A | PTE_D | perms[some(&w->m, 6)];
    bits |= one_in(&w->m, 2) ? PTE_U : 0;
    bits |= one_in(&w->m, 8) ? PTE_G : 0;
    if (one_in(&w->m, 16))
        pa = nowhere[some(&w->m, 4)];
    return spoiled(w, leaf(pa, bits));
}

/* A leaf of a larger page, over the slot, or not aligned to its size. */
static uint64_t some_superpage(struct world *w, uint64_t size)
{
    uint64_t pa = w->base & ~(size - 1);
    if (one_in(&w->m, 6))
        pa |= some(&w->m, size >> PAGE_SHIFT) << PAGE_SHIFT;
    uint64_t bits = some_leaf(w) & 0xffc00000000003ff;
    return leaf(pa, bits);
}

static uint64_t some_pointer(struct world *w, unsigned table)
{
    uint64_t pte = leaf(table_pa(w, table), PTE_V);
    if (one_in(&w->m, 4)) /* what a pointer may not have, or has not */
        pte ^= (uint64_t)1 << (one_in(&w->m, 2) ? some(&w->m, 10) : 54 + some(&w->m, 10));
    if (one_in(&w->m, 8))
        pte = leaf(0x50000 + (some(&w->m, 2) << 40), PTE_V);
    return pte;
}

static void make_leaves(struct world *w)
{
    for (unsigned i = 0; i < 512; i++) {
        uint64_t pa = w->base + i * (uint64_t)PAGE_SIZE;
        bool is_code = i >= SLOT_CODE >> PAGE_SHIFT && i < SLOT_DATA >> PAGE_SHIFT;
        bool is_data = i >= SLOT_DATA >> PAGE_SHIFT && i < SLOT_TABLES >> PAGE_SHIFT;
        uint64_t own = leaf(pa, OPEN | PTE_U);
        if (is_data && one_in(&w->m, 3))
            own = spoiled(w, own);
        bool is_slot = i < SLOT_SIZE >> PAGE_SHIFT;
        if (is_slot && !is_code && !is_data) /* header, tables, log: not for the case */
            own = 0;
        if (is_slot || i < 64)
            put64(w, entry_at(LEAVES, i), is_slot ? own : some_leaf(w));
        if (i < 64)
            put64(w, entry_at(WILD, i), some_leaf(w));
    }
}

static void make_middle(struct world *w)
{
    put64(w, entry_at(MIDDLE, 0), leaf(table_pa(w, LEAVES), PTE_V));
    for (unsigned i = 1; i < 16; i++) {
        uint64_t pte = some_superpage(w, 2 << 20);
        if (i % 4 == 1)
            pte = some_pointer(w, one_in(&w->m, 2) ? WILD : LEAVES);
        put64(w, entry_at(MIDDLE, i), pte);
    }
}

void make_tables_of(struct world *w)
{
    make_leaves(w);
    make_middle(w);
    for (unsigned root = ROOT_A; root <= ROOT_B; root++) {
        for (unsigned i = 1; i < 8; i++)
            put64(w, entry_at(root, i),
                  i % 2 ? some_superpage(w, 1 << 30) : some_pointer(w, MIDDLE));
        put64(w, entry_at(root, RAM_BASE >> 30), leaf(RAM_BASE, OPEN));
        put64(w, entry_at(root, WINDOW_ROOT), leaf(table_pa(w, MIDDLE), PTE_V));
        put64(w, entry_at(root, 256), some_superpage(w, 1 << 30));
        put64(w, entry_at(root, 511), some_pointer(w, MIDDLE));
    }
    uint64_t mode = w->has_paging ? (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT : 0;
    uint64_t asid = some(&w->m, 3) << SATP_ASID_SHIFT;
    put64(w, SLOT_SATP, w->has_paging ? mode | asid | table_pa(w, ROOT_A) >> PAGE_SHIFT : 0);
}

/* An address whose translation is of interest, wherever it is that it leads. */
static uint64_t some_address(struct world *w)
{
    uint64_t in_page = some(&w->m, 4) ? some(&w->m, 512) * 8 : 4090 + some(&w->m, 6);
    uint64_t in_slot = (w->base & 0x1fffff) + SLOT_DATA + (some(&w->m, 4) << PAGE_SHIFT) + in_page;
    uint64_t page = some(&w->m, 4);
    switch (some(&w->m, 6)) {
    case 0: /* own pages */
        return SLOT_WINDOW + SLOT_DATA + (page << PAGE_SHIFT) + in_page;
    case 1:
    case 2:
        return SLOT_WINDOW + ((16 + some(&w->m, 48)) << PAGE_SHIFT) + in_page;
    case 3: /* superpages, and pages behind wild pointers */
        page = 1 + some(&w->m, 15);
        return SLOT_WINDOW + (page << 21) +
               (page % 4 == 1 ? some(&w->m, 64) << PAGE_SHIFT | in_page : in_slot);
    case 4: { /* pages of 1 GiB */
        static const uint64_t roots[] = {1, 3, 5, 6, 7};
        uint64_t root = one_in(&w->m, 4) ? 256 : roots[some(&w->m, 5)];
        uint64_t va = (root << 30) + (w->base & 0x3fffffff & ~(uint64_t)0x1fffff) + in_slot;
        return (uint64_t)((int64_t)(va << 25) >> 25);
    }
    default: { /* the upper half, and what is no address */
        uint64_t va = ((uint64_t)511 << 30) + (some(&w->m, 16) << 21) + in_slot % 0x40000;
        va = (uint64_t)((int64_t)(va << 25) >> 25);
        return one_in(&w->m, 3) ? va ^ (uint64_t)1 << (38 + some(&w->m, 26)) : va;
    }
    }
}

static void fence(struct world *w, unsigned reg)
{
    unsigned asid = 0;
    unsigned va = one_in(&w->m, 2) ? reg : 0;
    EMIT(&w->m, sfence_vma, 0, va, asid, 0);
}

/* A load, store or AMO at T0. */
static void touch(struct world *w)
{
    static const enum insn_id ids[] = {INSN_ld,      INSN_lw,  INSN_lh,  INSN_lbu,  INSN_sd,
                                       INSN_sw,      INSN_sh,  INSN_sb,  INSN_lr_w, INSN_amoadd_d,
                                       INSN_amoor_w, INSN_fld, INSN_fsd, INSN_flw,  INSN_fsw};
    enum insn_id id = ids[some(&w->m, sizeof ids / sizeof *ids)];
    bool is_atomic = insn_table[id].format == FMT_AMO || insn_table[id].format == FMT_LR;
    if (is_atomic && !one_in(&w->m, 8))
        EMIT(&w->m, andi, T0, T0, 0, -8);
    bool is_float = insn_table[id].ext == EXT_F || insn_table[id].ext == EXT_D;
    emit_word(&w->m, encode(id, is_float ? some_rs(w) : some_rd(w), T0, some_rs(w), 0));
}

/* As another mode, from M. */
static void look_as_another(struct world *w)
{
    emit_li(&w->m, T1, MSTATUS_MPP);
    EMIT(&w->m, csrrc, 0, T1, 0, CSR_mstatus);
    emit_li(&w->m, T1, MSTATUS_MPRV | some(&w->m, 2) << MSTATUS_MPP_SHIFT);
    EMIT(&w->m, csrrs, 0, T1, 0, CSR_mstatus);
    emit_li(&w->m, T0, some_address(w));
    touch(w);
    emit_li(&w->m, T1, MSTATUS_MPRV);
    EMIT(&w->m, csrrc, 0, T1, 0, CSR_mstatus);
}

void piece_look(struct world *w)
{
    if (w->mode == MODE_M && w->has_paging && !one_in(&w->m, 6)) {
        look_as_another(w);
        return;
    }
    uint64_t va = some_address(w);
    if (!w->has_paging || w->mode == MODE_M)
        va = w->base + SLOT_DATA + (va & 0x3fff);
    emit_li(&w->m, T0, va);
    if (one_in(&w->m, 6) && w->has_paging) {
        piece_wild(w);
        return;
    }
    touch(w);
}

/* An entry of the tables changes; a fence and a look follow. */
static void change_entry(struct world *w)
{
    unsigned index = 16 + (unsigned)some(&w->m, 48);
    uint64_t va = SLOT_WINDOW + ((uint64_t)index << PAGE_SHIFT);
    uint64_t pte = some_leaf(w);
    uint32_t at = entry_at(LEAVES, index);
    if (one_in(&w->m, 4)) {
        index = 2 + (unsigned)some(&w->m, 14);
        pte = index % 4 == 1 ? some_pointer(w, WILD) : some_superpage(w, 2 << 20);
        va = SLOT_WINDOW + ((uint64_t)index << 21) + (w->base & 0x1fffff) + SLOT_DATA;
        at = entry_at(MIDDLE, index);
    }
    emit_li(&w->m, T1, w->base + at);
    emit_li(&w->m, T2, pte);
    emit_li(&w->m, T0, va);
    EMIT(&w->m, sd, 0, T1, T2, 0);
    fence(w, T0);
    if (w->mode == MODE_M) {
        emit_li(&w->m, T1, MSTATUS_MPRV);
        EMIT(&w->m, csrrs, 0, T1, 0, CSR_mstatus);
    }
    touch(w);
    EMIT(&w->m, ld, some_rd(w), T0, 0, 0);
    if (w->mode == MODE_M) {
        emit_li(&w->m, T1, MSTATUS_MPRV);
        EMIT(&w->m, csrrc, 0, T1, 0, CSR_mstatus);
    }
    /* what the walk left in the entry is compared with the rest of the tables at the end */
}

/* Another root, another number for it, or an sfence.vma of any kind. */
void piece_space(struct world *w)
{
    if (w->mode == MODE_U || !w->has_paging || one_in(&w->m, 4)) {
        EMIT(&w->m, sfence_vma, 0, one_in(&w->m, 2) ? 0 : some_rs(w),
             one_in(&w->m, 2) ? 0 : some_rs(w), 0);
        return;
    }
    if (!one_in(&w->m, 3)) {
        change_entry(w);
        return;
    }
    uint64_t satp = (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT |
                    some(&w->m, 4) << SATP_ASID_SHIFT |
                    table_pa(w, one_in(&w->m, 2) ? ROOT_A : ROOT_B) >> PAGE_SHIFT;
    if (one_in(&w->m, 8))
        satp = some(&w->m, 16) << SATP_MODE_SHIFT | (satp & ~((uint64_t)15 << SATP_MODE_SHIFT));
    if (satp >> SATP_MODE_SHIFT == SATP_MODE_BARE) /* the other bits must be zero, to be Bare */
        satp = 0;
    emit_li(&w->m, T0, satp);
    EMIT(&w->m, csrrw, some_rd(w), T0, 0, CSR_satp);
    EMIT(&w->m, sfence_vma, 0, 0, 0, 0);
    EMIT(&w->m, csrrs, some_rd(w), 0, 0, CSR_satp);
}

/* A byte of pmpcfg: of any kind, without a lock. */
static uint64_t some_cfg(struct world *w)
{
    static const uint64_t modes[] = {0, PMP_TOR, PMP_NA4, PMP_NAPOT, PMP_NAPOT};
    uint64_t rights = one_in(&w->m, 2) ? 7 : some(&w->m, 8);
    return modes[some(&w->m, 5)] | rights;
}

/* One that is locked, and so has something to deny to M. */
static uint64_t some_lock(struct world *w)
{
    return (some_cfg(w) & ~(uint64_t)7) | some(&w->m, 8) | PMP_L;
}

/* A pmpaddr: within the slot's data, or its tables; rarely anything. */
static uint64_t some_pmpaddr(struct world *w)
{
    uint64_t pa = w->base + SLOT_DATA + some(&w->m, 0x4000);
    if (one_in(&w->m, 6))
        pa = w->base + SLOT_TABLES + (some(&w->m, TABLES) << PAGE_SHIFT);
    if (one_in(&w->m, 3))
        pa &= ~(uint64_t)0xfff;
    uint64_t ones = ((uint64_t)1 << some(&w->m, 12)) - 1;
    while ((pa & ~(4 * ones + 3)) < w->base + SLOT_DATA) /* as NAPOT, not over the code */
        ones >>= 1;
    return ((pa >> 2) & ~ones) | ones >> 1;
}

/* W without R is reserved, and a case does not start with it. */
static uint64_t legal(uint64_t cfg)
{
    return cfg & PMP_R ? cfg : cfg & ~(uint64_t)PMP_W;
}

void make_protection(struct world *w)
{
    uint64_t cfg[2] = {0, (uint64_t)(PMP_NAPOT | PMP_R | PMP_W | PMP_X) << 56};
    put64(w, SLOT_PMPADDR + 8 * 15, PMP_ADDRESS >> 1);
    for (unsigned i = 0; w->group == GROUP_protection && i < 15; i++) {
        if (one_in(&w->m, 3))
            cfg[i / 8] |= legal(some_cfg(w)) << 8 * (i % 8);
        put64(w, SLOT_PMPADDR + 8 * i, some_pmpaddr(w));
    }
    put64(w, SLOT_PMPCFG, cfg[0]);
    put64(w, SLOT_PMPCFG + 8, cfg[1]);
}

/* An access at the edge of an entry, which matches near `address`. */
static void look_at_edge(struct world *w, uint64_t address)
{
    uint64_t pa = (address << 2) + some(&w->m, 24) - 12;
    pa = pa - w->base < SLOT_SIZE ? pa : w->base + SLOT_DATA;
    emit_li(&w->m, T0, pa + w->shift);
    touch(w);
}

/* What is locked stays: the entry, its address and, where it is TOR, the address below. M is bound
 * by it, too. */
static void try_lock(struct world *w, unsigned entry, uint64_t address)
{
    unsigned csr = CSR_pmpaddr + entry - (unsigned)some(&w->m, 2);
    emit_li(&w->m, T0, some_pmpaddr(w));
    EMIT(&w->m, csrrw, some_rd(w), T0, 0, csr);
    EMIT(&w->m, csrrs, some_rd(w), 0, 0, csr);
    emit_li(&w->m, T0, (uint64_t)0xff << 8 * (entry % 8));
    EMIT(&w->m, csrrc, some_rd(w), T0, 0, entry < 8 ? CSR_pmpcfg0 : CSR_pmpcfg2);
    for (unsigned i = 0; i < 3; i++)
        look_at_edge(w, address);
}

void piece_protect(struct world *w)
{
    if (w->mode != MODE_M || one_in(&w->m, 2)) {
        look_at_edge(w, get64(w, SLOT_PMPADDR + 8 * (uint32_t)some(&w->m, 15)));
        return;
    }
    bool is_locked = w->may_lock && one_in(&w->m, 2);
    unsigned entry = is_locked + (unsigned)some(&w->m, 14); /* below entry 0 is the monitor */
    uint64_t address = some_pmpaddr(w);
    unsigned cfg = entry < 8 ? CSR_pmpcfg0 : CSR_pmpcfg2;
    w->has_locks |= is_locked;
    emit_li(&w->m, T0, address);
    EMIT(&w->m, csrrw, some_rd(w), T0, 0, CSR_pmpaddr + entry);
    emit_li(&w->m, T0, (uint64_t)0xff << 8 * (entry % 8));
    EMIT(&w->m, csrrc, 0, T0, 0, cfg);
    emit_li(&w->m, T0, (is_locked ? some_lock(w) : some_cfg(w)) << 8 * (entry % 8));
    EMIT(&w->m, csrrs, some_rd(w), T0, 0, cfg);
    EMIT(&w->m, csrrs, some_rd(w), 0, 0, cfg);
    EMIT(&w->m, sfence_vma, 0, 0, 0, 0);
    if (is_locked)
        try_lock(w, entry, address);
}
