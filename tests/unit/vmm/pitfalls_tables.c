/* P12, P13, P17 and P18: what a guest does to the frames that hold its page tables.
 * Numbers are those of the pitfalls of a shadow-paging VMM; each test is the right behaviour. */
#include "world.h"

/* S runs at CODE; WINDOW leads to DATA, and the table that says so lies at TABLE_VA, which goes on
 * to another page. The frames behind the window hold 1, 2 and 3. */
#define WINDOW 0x5000u
#define TABLE_VA 0x40008000u
static uint64_t window_entry; /* its gpa */

static void given_a_window_and_its_table(void)
{
    world_new();
    usual_space(MODE_S);
    map(WINDOW, DATA, S_RWX);
    window_entry = entry_at(WINDOW, 0);
    map(TABLE_VA, window_entry & ~(uint64_t)(PAGE_SIZE - 1), S_RWX);
    map(TABLE_VA - PAGE_SIZE, DATA + 8 * PAGE_SIZE, S_RWX);
    for (uint64_t i = 0; i < 3; i++)
        poke(DATA + i * PAGE_SIZE, 8, i + 1);
    w.hart->x[A1] = WINDOW;
    w.hart->x[A3] = TABLE_VA + (window_entry & (PAGE_SIZE - 1));
    w.hart->x[A2] = entry(DATA + PAGE_SIZE, S_RWX);
}

TestSuite(pitfalls, .init = given_a_window_and_its_table, .fini = world_end);

/* The fence that a policy needs before a changed entry is seen. */
static uint32_t fence_of_window(void)
{
    return world_is_coherent() ? NOP : SFENCE(A1, ZERO);
}

/* The guest reads the window, stores by `store`, and reads it again: bare and in the VM alike, and
 * a traced store is one step. */
static void expect_followed(const char *what, uint32_t prepare, uint32_t store, uint64_t seen)
{
    program(CODE, LD(A0, A1), prepare, store, fence_of_window(), LD(A5, A1), LOOP);
    vm_forget(w.vm); /* what a test has changed by hand, it has not fenced */
    w.hart->pc = CODE;
    w.hart->mode = MODE_S;
    w.hart->x[A0] = w.hart->x[A5] = 0;
    uint64_t traced = exits(EXIT_TRACED);
    struct fidelity_run run = world_lockstep(6);
    cr_expect_eq(run.result, FIDELITY_LIMIT, "%s", what);
    cr_expect_eq(run.stale, 0, "%s", what);
    cr_expect_eq(w.hart->x[A0], 1, "%s", what);
    cr_expect_eq(w.hart->x[A5], seen, "%s: %lx", what, w.hart->x[A5]);
    if (world_shadow() == SHADOW_TRACE)
        cr_expect_eq(exits(EXIT_TRACED) - traced, 1, "%s", what);
    cr_expect_eq(w.vm->stats.emulated_direct, 0, "%s", what);
    map(WINDOW, DATA, S_RWX);
}

Test(pitfalls, p12_a_store_to_a_table_is_followed_whatever_its_width)
{
    expect_followed("sd", NOP, SD(A2, A3), 2);
    uint64_t ppn = (DATA + PAGE_SIZE) >> PAGE_SHIFT;
    w.hart->x[A2] = (ppn << PTE_PPN_SHIFT | S_RWX) & 0xffffffff;
    expect_followed("sw", NOP, s_type(INSN_sw, A3, A2, 0), 2);
    w.hart->x[A2] &= 0xffff;
    expect_followed("sh", NOP, s_type(INSN_sh, A3, A2, 0), 2);
    w.hart->x[A2] = w.hart->x[A2] >> 8;
    expect_followed("sb of the second byte", NOP, s_type(INSN_sb, A3, A2, 1), 2);
    /* of the flags: no R, so the load faults and the handler is where the loop was to be */
    w.hart->x[A2] = PTE_V | PTE_X | PTE_A;
    expect_followed("sb of the flags", NOP, s_type(INSN_sb, A3, A2, 0), 0);
}

Test(pitfalls, p12_a_store_to_a_table_is_followed_when_it_is_compressed_or_atomic_or_floating)
{
    enum { C_SD_A2_A3 = 0xe290, C_NOP = 0x0001 }; /* c.sd a2, 0(a3) */
    w.hart->csr.mstatus |= MSTATUS_FS;
    w.hart->f[2] = w.hart->x[A2];
    expect_followed("c.sd", NOP, C_NOP << 16 | C_SD_A2_A3, 2);
    w.hart->x[A5] = 0;
    expect_followed("amoswap", NOP, r_type(INSN_amoswap_d, A4, A3, A2), 2);
    expect_followed("sc", LR(A4, A3), SC(A4, A2, A3), 2);
    cr_expect_eq(w.hart->x[A4], 0, "sc succeeded");
    expect_followed("fsd", NOP, s_type(INSN_fsd, A3, 2, 0), 2);
    w.hart->x[A2] = (uint64_t)PAGE_SIZE >> PAGE_SHIFT << PTE_PPN_SHIFT;
    expect_followed("amoadd", NOP, AMOADD(A4, A2, A3), 2);
}

Test(pitfalls, p12_a_misaligned_store_changes_two_entries_at_once)
{
    /* The upper bits of the first entry's PPN change, and the lower of the second's. */
    const uint64_t far = DATA + 64 * PAGE_SIZE;
    uint64_t bytes[2] = {entry(far, S_RWX), entry(DATA + 2 * PAGE_SIZE, S_RWX)};
    poke(far, 8, 2);
    map(WINDOW + PAGE_SIZE, DATA, S_RWX);
    once(LD(A0, A1));
    w.hart->x[A4] = WINDOW + PAGE_SIZE;
    once(LD(A0, A4));
    memcpy(&w.hart->x[A2], (char *)bytes + 2, 8);
    program(CODE, s_type(INSN_sd, A3, A2, 2), world_is_coherent() ? NOP : SFENCE_ALL, LD(A5, A1),
            LD(A6, A4), LOOP);
    w.hart->pc = CODE;
    EXPECT_SAME(4);
    cr_expect_eq(w.hart->x[A5], 2);
    cr_expect_eq(w.hart->x[A6], 3);
}

Test(pitfalls, p12_a_store_that_crosses_into_a_table_is_followed)
{
    /* The table's first entry is that of page 0, and the window is there now. */
    uint64_t first = entry_at(0, 0), word = entry(DATA + PAGE_SIZE, S_RWX);
    cr_assert_eq(first & (PAGE_SIZE - 1), 0);
    map(0, DATA, S_RWX);
    w.hart->x[A1] = 8;
    w.hart->x[A3] = TABLE_VA - 4;
    w.hart->x[A2] = word << 32;
    poke(DATA + 8, 8, 1);
    poke(DATA + PAGE_SIZE + 8, 8, 2);
    expect_followed("sd across the page", NOP, SD(A2, A3), 2);
    cr_expect_eq(peek(DATA + 8 * PAGE_SIZE + 0xffc, 4), 0);
    cr_expect_eq(peek(first, 8), word);
}

/* What the entry of a page, or of a table, can become, one after another: the window is used before
 * and after each change. */
Test(pitfalls, p12_an_entry_can_become_anything)
{
    enum { PAGES, TABLES_OF_PAGES };
    const uint64_t upper = TABLE_VA + PAGE_SIZE, large = RAM_BASE + level_size(1);
    const uint64_t table = window_entry & ~(uint64_t)(PAGE_SIZE - 1), other = table + 0x40000;
    const struct {
        int of;
        uint64_t value;
    } rows[] = {
        {PAGES, 0},
        {PAGES, entry(DATA, S_RWX)},
        {PAGES, entry(DATA, S_RWX & ~PTE_R)},
        {PAGES, entry(DATA + PAGE_SIZE, S_RWX)},
        {PAGES, entry(DATA + PAGE_SIZE, PTE_V)},
        {PAGES, entry(DATA, S_RWX)},
        {PAGES, entry(DATA, S_RWX & ~PTE_A)},
        {PAGES, entry(DATA, S_RWX & ~PTE_D)},
        {PAGES, entry(DATA, S_RWX) | PTE_RESERVED},
        {PAGES, entry(DATA, S_RWX)},
        {TABLES_OF_PAGES, entry(other, PTE_V)},
        {TABLES_OF_PAGES, entry(other, PTE_V | PTE_A)},
        {TABLES_OF_PAGES, entry(table, PTE_V)},
        {TABLES_OF_PAGES, entry(large, S_RWX)},
        {TABLES_OF_PAGES, entry(table, PTE_V)},
        {TABLES_OF_PAGES, entry(large + PAGE_SIZE, S_RWX)},
        {TABLES_OF_PAGES, entry(other, PTE_V)},
        {TABLES_OF_PAGES, 0},
        {TABLES_OF_PAGES, entry(table, PTE_V)},
    };
    map(upper, entry_at(WINDOW, 1) & ~(uint64_t)(PAGE_SIZE - 1), S_RWX);
    poke(other + (window_entry & (PAGE_SIZE - 1)), 8, entry(DATA + 2 * PAGE_SIZE, S_RWX));
    poke(large + WINDOW, 8, 4);
    program(CODE, LD(A0, A1), SD(A2, A3), world_is_coherent() ? NOP : SFENCE_ALL, LD(A5, A1), LOOP);
    program(HANDLER, csr_type(INSN_csrrw, ZERO, CSR_sepc, A4), SRET); /* past the load */
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        w.hart->x[A2] = rows[i].value;
        w.hart->x[A3] = rows[i].of == PAGES ? TABLE_VA + (window_entry & (PAGE_SIZE - 1))
                                            : upper + (entry_at(WINDOW, 1) & (PAGE_SIZE - 1));
        w.hart->x[A4] = CODE + 4;
        w.hart->pc = CODE;
        struct fidelity_run run = world_lockstep(20);
        cr_expect_eq(run.result, FIDELITY_LIMIT, "row %u", i);
        cr_expect_eq(run.stale, 0, "row %u", i);
    }
    cr_expect_eq(w.hart->x[A5], 1);
}

Test(pitfalls, p12_dma_into_a_table_is_followed)
{
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 1);
    poke(window_entry, 8, entry(DATA + PAGE_SIZE, S_RWX)); /* as a device would */
    if (!world_is_coherent())
        once(SFENCE(A1, ZERO));
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 2);
    uint8_t page[PAGE_SIZE] = {0};
    struct platform *platform = &w.vm->platform;
    platform->dma(platform->owner, window_entry & ~(uint64_t)(PAGE_SIZE - 1), page, PAGE_SIZE,
                  true);
    map(CODE, CODE, S_RX);
    map(HANDLER, HANDLER, S_RX);
    once(SFENCE_ALL);
    once(LD(A0, A1));
    expect_trap(CAUSE_LOAD_PAGE_FAULT, WINDOW, CODE);
}

Test(pitfalls, p13_a_frame_can_be_table_and_data_at_once)
{
    /* The window shows the table itself: a store through it changes where it leads. */
    map(WINDOW, window_entry & ~(uint64_t)(PAGE_SIZE - 1), S_RWX);
    w.hart->x[A1] = WINDOW;
    w.hart->x[A3] = WINDOW + (window_entry & (PAGE_SIZE - 1));
    program(CODE, LD(A0, A3), SD(A2, A3), fence_of_window(), LD(A5, A1), LOOP);
    EXPECT_SAME(5);
    cr_expect_eq(w.hart->x[A0], entry(window_entry & ~(uint64_t)(PAGE_SIZE - 1), S_RWX));
    cr_expect_eq(w.hart->x[A5], 2);
    cr_expect_eq(peek(window_entry, 8), w.hart->x[A2]);
}

/* The root is its own entry: one frame is table at all three levels, and data. */
Test(pitfalls, p13_a_frame_can_be_a_table_at_every_level)
{
    uint64_t self = 0x100; /* the index */
    uint64_t va = self << 30 | self << 21 | self << 12;
    va = (uint64_t)((int64_t)(va << 25) >> 25);
    poke(w.root + self * 8, 8, entry(w.root, PTE_V));
    /* as a leaf it must be one too: a second entry, that makes the root readable */
    uint64_t leaf = 0x101;
    poke(w.root + leaf * 8, 8, entry(w.root, S_RWX));
    w.hart->x[A1] = (va & ~(uint64_t)(PAGE_SIZE - 1) & ~(uint64_t)(0x1ff000)) | leaf << 12;
    w.hart->x[A3] = w.hart->x[A1] + leaf * 8; /* the entry by which it is reached */
    w.hart->x[A2] = entry(DATA + PAGE_SIZE, S_RWX);
    program(CODE, LD(A0, A3), SD(A2, A3), SFENCE_ALL, LD(A5, A1), LOOP);
    EXPECT_SAME(5);
    cr_expect_eq(w.hart->x[A0], entry(w.root, S_RWX));
    cr_expect_eq(w.hart->x[A5], 2);
}

Test(pitfalls, p13_a_table_can_be_shared_by_two_roots)
{
    uint64_t other = w.root + 16 * PAGE_SIZE;
    for (uint64_t i = 0; i < 512; i++)
        poke(other + 8 * i, 8, peek(w.root + 8 * i, 8));
    w.hart->x[A4] = SV39 | other >> PAGE_SHIFT;
    w.hart->x[A6] = w.hart->csr.satp;
    program(CODE, LD(A0, A1), CSRW(satp, A4), LD(A0, A1), SD(A2, A3), SFENCE_ALL, LD(A5, A1),
            CSRW(satp, A6), LD(A7, A1), LOOP);
    EXPECT_SAME(9);
    cr_expect_eq(w.hart->x[A5], 2, "where it was changed");
    cr_expect_eq(w.hart->x[A7], 2, "in the other space");
}

/* A large page takes the place of a table. What that had no entry for cannot be old, and after the
 * fence nothing is. */
Test(pitfalls, p13_a_table_gives_way_to_a_large_page)
{
    const uint64_t va = 0x600000, upper = 0x40009000;
    map(va, DATA, S_RWX);
    map(upper, entry_at(va, 1) & ~(uint64_t)(PAGE_SIZE - 1), S_RWX);
    poke(RAM_BASE + 5 * PAGE_SIZE, 8, 77);
    w.hart->x[A1] = va;
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 1);
    w.hart->x[A2] = entry(RAM_BASE, S_RWX);
    w.hart->x[A3] = upper + (entry_at(va, 1) & (PAGE_SIZE - 1));
    once(SD(A2, A3));
    w.hart->x[A1] = va + 5 * PAGE_SIZE;
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 77);
    once(SFENCE_ALL);
    w.hart->x[A1] = va;
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], peek(RAM_BASE, 8));
}

/* More tables than may run ahead at one time. */
Test(pitfalls, p13_many_tables_run_ahead_and_catch_up)
{
    const uint64_t first = 0x10000000, all = 0x40200000, size = level_size(1);
    map_at(all, 1, RAM_BASE, S_RWX);
    for (uint64_t va = first; va <= first + SHADOW_LATE * size; va += size) {
        map(va, DATA, S_RWX);
        w.hart->x[A1] = va;
        once(LD(A0, A1));
        cr_expect_eq(w.hart->x[A0], 1);
        w.hart->x[A3] = all + (entry_at(va, 0) - RAM_BASE);
        once(SD(A2, A3));
    }
    once(SFENCE_ALL);
    for (uint64_t va = first; va <= first + SHADOW_LATE * size; va += size) {
        w.hart->x[A1] = va;
        once(LD(A0, A1));
        cr_expect_eq(w.hart->x[A0], 2, "%lx", va);
    }
}

/* The table becomes data, and is written all over: most of these stores run directly. */
Test(pitfalls, p13_a_frame_that_is_no_table_any_more_is_not_traced)
{
    enum { MANY = 400 };
    once(LD(A0, A1));
    map_at(WINDOW, 1, 0, 0); /* by DMA: cut off */
    map_at(CODE, 1, RAM_BASE, S_RWX);
    map_at(0x40200000, 1, RAM_BASE, S_RWX);
    once(SFENCE_ALL);
    w.hart->x[A3] = 0x40200000 + ((window_entry & ~(uint64_t)(PAGE_SIZE - 1)) - RAM_BASE);
    w.hart->x[A4] = MANY;
    program(CODE, SD(A2, A3), i_type(INSN_addi, A3, A3, 8), i_type(INSN_addi, A4, A4, -1),
            insn_table[INSN_bne].match | A4 << 15 | 0xfe000a80u | 1u << 7, LOOP);
    w.hart->pc = CODE;
    uint64_t traced = exits(EXIT_TRACED);
    run(4 * MANY);
    cr_expect_eq(w.hart->x[A4], 0);
    if (!getenv("WORLD_STALE")) /* else it is found out by and by */
        cr_expect_eq(exits(EXIT_TRACED), traced);
    cr_expect_lt(exits(EXIT_TRACED) - traced, 40);
}

Test(pitfalls, p13_a_frame_that_is_written_often_is_data_until_it_is_walked_again)
{
    enum { OFTEN = 100 };
    w.hart->x[A4] = TABLE_VA + 0x800; /* of the table, what nobody uses */
    once(LD(A0, A1));                 /* it is walked */
    for (unsigned i = 0; i < OFTEN; i++)
        once(SD(A0, A4));
    uint64_t traced = exits(EXIT_TRACED);
    cr_expect_eq(traced > 0, world_shadow() == SHADOW_TRACE);
    for (unsigned i = 0; i < OFTEN; i++)
        once(SD(A0, A4));
    cr_expect_lt(exits(EXIT_TRACED) - traced, OFTEN / 2);
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 1);
    /* of a table of tables, under each policy that traces */
    map(TABLE_VA + PAGE_SIZE, entry_at(WINDOW, 1) & ~(uint64_t)(PAGE_SIZE - 1), S_RWX);
    w.hart->x[A4] = TABLE_VA + PAGE_SIZE + 0x800;
    for (unsigned i = 0; i < OFTEN; i++)
        once(SD(A0, A4));
    traced = exits(EXIT_TRACED);
    once(SD(A0, A4));
    cr_expect_eq(exits(EXIT_TRACED), traced);
    expect_followed("after all that", NOP, SD(A2, A3), 2);
}

/* The VMM's own walk sets A and D in a table that is traced, and that other views know. */
Test(pitfalls, p17_a_bit_that_the_vmm_sets_in_a_traced_table_changes_nothing_else)
{
    map(WINDOW, DATA, S_RWX & ~PTE_D & ~PTE_A);
    map(WINDOW + PAGE_SIZE, DATA, S_RWX);
    w.hart->x[A4] = WINDOW + PAGE_SIZE;
    once(LD(A0, A4));
    once(LD(A0, A1));
    cr_expect_eq(leaf_of(WINDOW), entry(DATA, S_RWX & ~PTE_D));
    uint64_t fills = w.vm->shadows.stats.fills;
    once(SD(A0, A1));
    cr_expect_eq(leaf_of(WINDOW), entry(DATA, S_RWX));
    once(SD(A0, A1));
    cr_expect_eq(w.vm->shadows.stats.fills, fills + 1);
    cr_expect_neq(shadow_entry(WINDOW + PAGE_SIZE), 0);
}

/* Clean, traced, and clean again: D is set by the guest's own store that a table is. */
Test(pitfalls, p18_a_clean_page_that_is_a_table_is_both)
{
    map(TABLE_VA, window_entry & ~(uint64_t)(PAGE_SIZE - 1), S_RWX & ~PTE_D);
    once(LD(A0, A1));
    once(LD(A0, A3));
    cr_expect_eq(shadow_entry(TABLE_VA) & PTE_W, 0);
    cr_expect(shadow_reasons(TABLE_VA) & SHADOW_CLEAN);
    once(SD(A2, A3));
    cr_expect_eq(leaf_of(TABLE_VA), entry(window_entry & ~(uint64_t)(PAGE_SIZE - 1), S_RWX));
    once(SFENCE(A1, ZERO));
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 2);
}
