/* Page tables of a random program, and the lists that its handlers read.
 *
 * Two roots share most of what is below them. RAM is mapped where it is, for S, so that handlers
 * always run; and in the window, for U mostly, with permissions that the program keeps changing. */
#include <string.h>

#include "maker.h"
#include "platform.h"

/* Tables, by page from PROGRAM_TABLES. The last two are the window's, at R_TABLES. */
enum { ROOT_A, ROOT_B, IDENTITY_1, IDENTITY_0, WINDOW_1, WINDOW_0, WINDOW_0_WILD };

#define RWX (PTE_R | PTE_W | PTE_X)
#define OPEN (PTE_V | RWX | PTE_A | PTE_D)

static void set64(struct maker *m, uint32_t at, uint64_t value)
{
    memcpy(m->image + at, &value, 8);
}

static void set_entry(struct maker *m, unsigned table, unsigned index, uint64_t pte)
{
    set64(m, PROGRAM_TABLES + table * PAGE_SIZE + index * 8, pte);
}

static uint64_t leaf(uint64_t pa, uint64_t bits)
{
    return pa >> PAGE_SHIFT << PTE_PPN_SHIFT | bits;
}

static uint64_t pointer(unsigned table)
{
    return leaf(RAM_BASE + PROGRAM_TABLES + table * PAGE_SIZE, PTE_V);
}

/* A few bits fewer, or more. */
static uint64_t spoiled(struct maker *m, uint64_t pte)
{
    if (one_in(m, 2))
        pte &= ~(uint64_t)(PTE_A | PTE_D);
    if (one_in(m, 4))
        pte ^= (uint64_t)1 << some(m, 8);
    if (one_in(m, 16))
        pte ^= (uint64_t)1 << some(m, 64);
    return pte;
}

/* An entry for the window: a page of the image, mostly, for U, mostly. */
static uint64_t some_entry(struct maker *m)
{
    static const uint64_t perms[] = {PTE_R, PTE_R | PTE_W, PTE_X, PTE_R | PTE_X, RWX, RWX};
    uint64_t bits = PTE_V | PTE_A | PTE_D | perms[some(m, 6)];
    bits |= one_in(m, 4) ? 0 : PTE_U;
    bits |= one_in(m, 8) ? PTE_G : 0;
    uint64_t page = some(m, PROGRAM_TABLES / PAGE_SIZE);
    page = one_in(m, 8) ? some(m, PROGRAM_RAM / PAGE_SIZE) : page;
    return spoiled(m, leaf(RAM_BASE + page * PAGE_SIZE, bits));
}

static void make_window(struct maker *m)
{
    static const uint64_t devices[] = {UART_BASE,           CLINT_BASE, CLINT_BASE + 0x4000,
                                       CLINT_BASE + 0xb000, PLIC_BASE,  PLIC_BASE + 0x2000};
    for (unsigned i = 0; i < 512; i++) {
        uint64_t own = leaf(RAM_BASE + i * PAGE_SIZE, OPEN | PTE_U);
        bool is_image = i < PROGRAM_SIZE / PAGE_SIZE, is_data = i >= PROGRAM_DATA / PAGE_SIZE;
        bool is_bad = one_in(m, is_data ? 2 : 16);
        set_entry(m, WINDOW_0, i, is_image ? is_bad ? spoiled(m, own) : own : some_entry(m));
        set_entry(m, WINDOW_0_WILD, i, some_entry(m));
    }
    for (unsigned i = 0; i < sizeof devices / sizeof *devices; i++)
        set_entry(m, WINDOW_0, WINDOW_DEVICES + i, leaf(devices[i], OPEN | PTE_U));
    uint64_t middle = RAM_BASE + PROGRAM_RAM / 2;
    set_entry(m, WINDOW_1, 0, pointer(WINDOW_0));
    set_entry(m, WINDOW_1, 1, pointer(WINDOW_0_WILD));
    set_entry(m, WINDOW_1, 2, leaf(RAM_BASE, OPEN | PTE_U));
    set_entry(m, WINDOW_1, 3, spoiled(m, leaf(middle, OPEN | PTE_U)));
    set_entry(m, WINDOW_1, 4, leaf(RAM_BASE + PAGE_SIZE, OPEN | PTE_U)); /* misaligned */
    set_entry(m, WINDOW_1, 5, pointer(WINDOW_0));                        /* shared */
    for (unsigned i = 6; i < 16; i++)
        set_entry(m, WINDOW_1, i, some_entry(m));
}

static void make_identity(struct maker *m)
{
    for (unsigned i = 0; i < 512; i++)
        set_entry(m, IDENTITY_0, i,
                  leaf(RAM_BASE + i * PAGE_SIZE, one_in(m, 4) ? PTE_V | RWX : OPEN));
    set_entry(m, IDENTITY_1, 0, one_in(m, 2) ? pointer(IDENTITY_0) : leaf(RAM_BASE, PTE_V | RWX));
    set_entry(m, IDENTITY_1, 1, leaf(RAM_BASE + PROGRAM_RAM / 2, OPEN));
}

static void make_roots(struct maker *m)
{
    set_entry(m, ROOT_A, 2, leaf(RAM_BASE, PTE_V | RWX | (one_in(m, 2) ? PTE_A | PTE_D : 0)));
    set_entry(m, ROOT_B, 2, pointer(IDENTITY_1));
    set_entry(m, ROOT_A, 1, pointer(WINDOW_1));
    set_entry(m, ROOT_B, 1, pointer(WINDOW_1));
    set_entry(m, ROOT_B, 0, pointer(WINDOW_1)); /* one table at two places */
    set_entry(m, ROOT_A, 511, pointer(ROOT_A)); /* and one at two levels */
}

static uint64_t satp(unsigned root, uint64_t asid)
{
    return (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT | asid << SATP_ASID_SHIFT |
           (RAM_BASE + PROGRAM_TABLES + root * PAGE_SIZE) >> PAGE_SHIFT;
}

static uint64_t some_satp(struct maker *m)
{
    return one_in(m, 4) ? 0 : satp(ROOT_A + (unsigned)some(m, 2), some(m, 3));
}

/* The start of a piece of code for `kind`. */
static uint32_t some_start(struct maker *m, enum kind kind)
{
    for (;;) {
        uint32_t at = m->start[some(m, m->starts)];
        unsigned page = (at - PROGRAM_CODE) / PAGE_SIZE;
        if (page == kind || page == KIND_ANY)
            return at;
    }
}

static void make_landing(struct maker *m, uint32_t at, enum kind kind, uint64_t mode)
{
    uint64_t space = some_satp(m);
    bool is_window = kind == KIND_U && space;
    uint64_t base = is_window ? WINDOW : RAM_BASE;
    uint64_t status = one_in(m, 2) ? MSTATUS_SUM : 0;
    status |= one_in(m, 4) ? MSTATUS_MXR : 0;
    status |= MSTATUS_SPIE | MSTATUS_MPIE;
    set64(m, at, base + some_start(m, kind));
    set64(m, at + 8, status | mode);
    set64(m, at + 16, space);
    set64(m, at + 24, base);
}

void make_tables(struct maker *m)
{
    make_window(m);
    make_identity(m);
    make_roots(m);
    for (unsigned i = 0; i < LANDINGS; i++) {
        enum kind kind = (enum kind)some(m, 3);
        make_landing(m, PROGRAM_VARS + VARS_M_LANDINGS + 32 * i, kind,
                     kind == KIND_M   ? MSTATUS_MPP
                     : kind == KIND_S ? (uint64_t)MODE_S << MSTATUS_MPP_SHIFT
                                      : 0);
        kind = one_in(m, 2) ? KIND_S : KIND_U;
        make_landing(m, PROGRAM_VARS + VARS_S_LANDINGS + 32 * i, kind,
                     kind == KIND_S ? MSTATUS_SPP : 0);
    }
    for (unsigned i = 0; i < SATPS; i++)
        set64(m, PROGRAM_VARS + VARS_SATPS + 8 * i, some_satp(m));
    for (unsigned i = 0; i < PTES; i++)
        set64(m, PROGRAM_VARS + VARS_PTES + 8 * i, some_entry(m));
}
