/* Physical memory protection, as Privileged 3.7 has it. */
#include "pmp.h"

#include <criterion/criterion.h>

#include "csr.h"
#include "memory.h"
#include "world.h"

#define RWX (PMP_R | PMP_W | PMP_X)

static struct pmp pmp;

static void set(unsigned entry, uint64_t cfg, uint64_t address)
{
    pmp.cfg[entry / 8] |= cfg << 8 * (entry % 8);
    pmp.addr[entry] = address;
}

static bool reads(enum mode mode, uint64_t pa, uint64_t size)
{
    return pmp_allows(&pmp, mode, pa, size, PMP_R);
}

Test(pmp, with_no_entry_matching_only_m_may)
{
    cr_expect(reads(MODE_M, 0x80000000, 8));
    cr_expect_not(reads(MODE_S, 0x80000000, 8));
    cr_expect_not(reads(MODE_U, 0x80000000, 8));
}

/* Tables 3.10 and 3.11: what each form of address matches, first and last byte. */
Test(pmp, each_form_of_address_has_its_bounds)
{
    static const struct {
        uint64_t cfg, below, address, base, last;
    } rows[] = {
        {PMP_NA4, 0, 0x20000001, 0x80000004, 0x80000007},
        {PMP_NAPOT, 0, 0x20000000, 0x80000000, 0x80000007},
        {PMP_NAPOT, 0, 0x20000001, 0x80000000, 0x8000000f},
        {PMP_NAPOT, 0, 0x200001ff, 0x80000000, 0x80000fff},
        {PMP_NAPOT, 0, 0x003fffffffffffff, 0, 0x00ffffffffffffff},
        {PMP_TOR, 0x20000001, 0x20000003, 0x80000004, 0x8000000b},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        pmp = (struct pmp){0};
        set(4, 0, rows[i].below);
        set(5, rows[i].cfg | PMP_R, rows[i].address);
        cr_expect(reads(MODE_S, rows[i].base, 1), "row %zu", i);
        cr_expect(reads(MODE_S, rows[i].last, 1), "row %zu", i);
        cr_expect_not(reads(MODE_S, rows[i].base - 1, 1), "row %zu", i);
        if (i != 4)
            cr_expect_not(reads(MODE_S, rows[i].last + 1, 1), "row %zu", i);
    }
}

Test(pmp, tor_of_the_first_entry_starts_at_zero_and_may_be_empty)
{
    set(0, PMP_TOR | PMP_R, 0x100);
    set(1, PMP_TOR | PMP_R, 0x80); /* ends before it starts */
    cr_expect(reads(MODE_U, 0, 8));
    cr_expect(reads(MODE_U, 0x3f8, 8));
    cr_expect_not(reads(MODE_U, 0x400, 1));
}

Test(pmp, the_lowest_entry_that_matches_decides)
{
    set(0, PMP_NA4, 0x20000000);
    set(1, PMP_NAPOT | RWX, 0x200001ff);
    cr_expect_not(reads(MODE_S, 0x80000000, 4));
    cr_expect(reads(MODE_S, 0x80000004, 4));
    cr_expect(reads(MODE_M, 0x80000000, 4), "it is not locked");
}

Test(pmp, a_partial_match_fails_even_in_m)
{
    set(0, PMP_NA4 | RWX, 0x20000001);
    set(1, PMP_NAPOT | RWX, 0x200001ff);
    cr_expect_not(reads(MODE_S, 0x80000000, 8));
    cr_expect_not(reads(MODE_S, 0x80000006, 4));
    cr_expect_not(reads(MODE_M, 0x80000000, 8));
    cr_expect(reads(MODE_S, 0x80000004, 4));
    cr_expect(reads(MODE_S, 0x80000008, 8));
}

Test(pmp, a_locked_entry_binds_m)
{
    set(0, PMP_NAPOT | PMP_L | PMP_R, 0x200001ff);
    cr_expect(reads(MODE_M, 0x80000000, 8));
    cr_expect_not(pmp_allows(&pmp, MODE_M, 0x80000000, 8, PMP_W));
    cr_expect_not(pmp_allows(&pmp, MODE_M, 0x80000000, 4, PMP_X));
    cr_expect(pmp_allows(&pmp, MODE_M, 0x80001000, 8, PMP_W), "elsewhere M is free");
}

Test(pmp, a_lock_holds_cfg_and_address_and_the_bottom_of_a_tor)
{
    struct world *w = world_new();
    uint64_t old;
    const unsigned cfg0 = 0x3a0, addr0 = 0x3b0;
#define PUT(number, value) csr_access(&w->hart, &w->port, number, CSR_SWAP, true, value, &old)
    PUT(addr0 + 1, 0x111);
    PUT(addr0 + 2, 0x222);
    PUT(addr0 + 3, 0x333);
    PUT(cfg0, (uint64_t)(PMP_L | PMP_TOR | PMP_R) << 16);
    for (unsigned i = 0; i < 4; i++)
        PUT(addr0 + i, 0x999);
    cr_expect_eq(w->hart.csr.pmp.addr[0], 0x999);
    cr_expect_eq(w->hart.csr.pmp.addr[1], 0x111, "the bottom of the locked range");
    cr_expect_eq(w->hart.csr.pmp.addr[2], 0x222);
    cr_expect_eq(w->hart.csr.pmp.addr[3], 0x999);
    PUT(cfg0, 0x1f1f1f1f);
    cr_expect_eq(w->hart.csr.pmp.cfg[0], 0x1f891f1f);
    PUT(cfg0, 0x061a);
    cr_expect_eq(w->hart.csr.pmp.cfg[0], 0x890418, "W without R is neither, X stays");
#undef PUT
}

/* Each kind of access and its fault; the walk's own is the fault of the access (3.7.1). */
Test(pmp, a_refused_access_faults_by_its_kind)
{
    static const struct {
        enum access why;
        uint64_t cause;
    } rows[] = {{ACCESS_LOAD, 5}, {ACCESS_STORE, 7}, {ACCESS_AMO, 7}, {ACCESS_LR, 5}};
    for (int walks = 0; walks < 2; walks++)
        for (size_t i = 0; i < 4; i++) {
            struct world *w = world_new();
            uint64_t value;
            map(w, 0x1000, RAM_BASE + 0x1000, PTE_RWX_AD);
            enter_paging(w, MODE_S);
            uint64_t closed = walks ? TABLES : RAM_BASE + 0x1000;
            w->hart.csr.pmp.cfg[0] = (uint64_t)(PMP_NAPOT | RWX) << 8 | PMP_NAPOT;
            w->hart.csr.pmp.addr[0] = closed >> 2 | 0x1ff;
            w->hart.csr.pmp.addr[1] = PMP_ADDRESS;
            cr_expect_not(
                memory_load(&w->hart, &w->port, 0x1008, 8, rows[i].why, &value, &w->trap));
            cr_expect_eq(w->trap.cause, rows[i].cause, "row %zu, walks %d", i, walks);
            cr_expect_eq(w->trap.tval, 0x1008);
            w->hart.pc = 0x1000;
            uint32_t word;
            cr_expect_not(memory_fetch(&w->hart, &w->port, &word, &w->trap));
            cr_expect_eq(w->trap.cause, 1);
        }
}

Test(pmp, setting_a_needs_the_right_to_write_the_table)
{
    struct world *w = world_new();
    uint64_t value;
    map(w, 0x1000, RAM_BASE + 0x1000, PTE_RWX_AD & ~PTE_A);
    enter_paging(w, MODE_S);
    w->hart.csr.pmp.cfg[0] = (uint64_t)(PMP_NAPOT | RWX) << 8 | PMP_NAPOT | PMP_R;
    w->hart.csr.pmp.addr[0] = TABLES >> 2 | 0x3fff; /* 128 KiB */
    w->hart.csr.pmp.addr[1] = PMP_ADDRESS;
    cr_expect_not(memory_load(&w->hart, &w->port, 0x1000, 8, ACCESS_LOAD, &value, &w->trap));
    cr_expect_eq(w->trap.cause, 5);
}

Test(pmp, mprv_asks_for_the_previous_mode)
{
    struct world *w = world_new();
    uint64_t value;
    cr_expect(memory_load(&w->hart, &w->port, RAM_BASE, 8, ACCESS_LOAD, &value, &w->trap));
    w->hart.csr.mstatus |= MSTATUS_MPRV;
    cr_expect_not(memory_load(&w->hart, &w->port, RAM_BASE, 8, ACCESS_LOAD, &value, &w->trap));
    cr_expect_eq(w->trap.cause, 5);
}
