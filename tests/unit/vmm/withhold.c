/* P18: dirty logging, copy on write and holes, with tables and clean pages, one upon another. */
#include "world.h"

#define PAGE(n) (DATA + (uint64_t)(n)*PAGE_SIZE)
#define WINDOW 0x5000u

/* S runs at CODE; WINDOW leads to PAGE(0), and TABLE_VA to the table that says so. */
#define TABLE_VA 0x40008000u
static uint64_t window_entry, table;

static void given_a_guest(void)
{
    world_new();
    usual_space(MODE_S);
    map(WINDOW, PAGE(0), S_RWX);
    map(WINDOW + PAGE_SIZE, PAGE(1), S_RWX);
    window_entry = entry_at(WINDOW, 0);
    table = window_entry & ~(uint64_t)(PAGE_SIZE - 1);
    map(TABLE_VA, table, S_RWX & ~PTE_D);
    poke(PAGE(0), 8, 1);
    poke(PAGE(1), 8, 2);
    w.hart->x[A1] = WINDOW;
    w.hart->x[A3] = TABLE_VA + (window_entry & (PAGE_SIZE - 1));
    w.hart->x[A2] = entry(PAGE(1), S_RWX);
}

TestSuite(withhold, .init = given_a_guest, .fini = world_end);

static bool was_written(uint64_t gpa)
{
    return withhold_was_written(w.vm, GPA(gpa));
}

static uint64_t word_at(hpa_t hpa)
{
    uint64_t word;
    memcpy(&word, hw_frame(w.vm->hw, hpa), 8);
    return word;
}

static hpa_t share(uint64_t gpa)
{
    hpa_t hpa = HPA(0);
    cr_assert(withhold_share(w.vm, GPA(gpa), &hpa));
    return hpa;
}

/* ---- dirty logging ------------------------------------------------------------------------- */

Test(withhold, the_log_knows_which_frames_were_written)
{
    once(SD(A0, A1)); /* it had W before the log began */
    withhold_log(w.vm, true);
    cr_expect_not(was_written(PAGE(0)));
    once(LD(A0, A1));
    cr_expect_not(was_written(PAGE(0)), "a load");
    once(SD(A0, A1));
    cr_expect(was_written(PAGE(0)), "a store");
    cr_expect_not(was_written(PAGE(0)), "it was asked for");
    once(AMOADD(A0, A0, A1));
    cr_expect(was_written(PAGE(0)), "an AMO");
    poke(PAGE(0), 1, 1);
    cr_expect(was_written(PAGE(0)), "DMA");
    cr_expect_not(was_written(PAGE(1)));
    withhold_log(w.vm, false);
    once(SD(A0, A1));
    cr_expect_not(was_written(PAGE(0)), "there is no log");
    cr_expect_eq(shadow_reasons(WINDOW), 0);
}

Test(withhold, the_log_knows_of_stores_to_tables_by_guest_and_walk)
{
    once(LD(A0, A3));
    withhold_log(w.vm, true);
    map(WINDOW + PAGE_SIZE, PAGE(1), S_RWX & ~PTE_A);
    was_written(table);
    w.hart->x[A4] = WINDOW + PAGE_SIZE;
    once(LD(A0, A4)); /* the walk sets A */
    cr_expect(was_written(table));
    once(LD(A0, A4));
    cr_expect_not(was_written(table));
    once(SD(A2, A3));
    cr_expect(was_written(table));
    cr_expect(was_written(entry_at(TABLE_VA, 0)), "where the walk has set D");
}

Test(withhold, the_reasons_outlive_the_shadows)
{
    withhold_log(w.vm, true);
    once(LD(A0, A1));
    vm_forget(w.vm);
    once(LD(A0, A1));
    cr_expect_eq(shadow_entry(WINDOW) & PTE_W, 0);
    once(SD(A0, A1));
    cr_expect(was_written(PAGE(0)));
}

/* ---- copy on write --------------------------------------------------------------------------- */

Test(withhold, a_store_to_a_shared_frame_makes_a_copy)
{
    once(SD(A2, A1));
    hpa_t old = share(PAGE(0));
    uint64_t value = w.hart->x[A2], free = w.vm->withhold.free;
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], value);
    cr_expect_eq(hpa_of(PAGE(0)), old.a, "loads share it");
    w.hart->x[A2] = 77;
    once(SD(A2, A1));
    cr_expect_neq(hpa_of(PAGE(0)), old.a);
    cr_expect_eq(word_at(old), value, "the other has what was");
    cr_expect_eq(peek(PAGE(0), 8), 77);
    cr_expect_eq(w.vm->withhold.free, free - 1);
    withhold_release(w.vm, GPA(PAGE(0)), old);
    cr_expect_eq(w.vm->withhold.free, free);
    cr_expect_eq(w.vm->withhold.promised, 0);
}

Test(withhold, a_frame_that_was_shared_in_vain_is_as_before)
{
    once(SD(A2, A1));
    hpa_t hpa = share(PAGE(0));
    cr_expect_not(withhold_share(w.vm, GPA(PAGE(0)), &hpa), "it is already");
    withhold_release(w.vm, GPA(PAGE(0)), hpa);
    cr_expect_eq(shadow_entry(WINDOW) & PTE_W, PTE_W);
    once(SD(A2, A1));
    cr_expect_eq(hpa_of(PAGE(0)), hpa.a);
    cr_expect_eq(w.vm->withhold.promised, 0);
}

Test(withhold, dma_to_a_shared_frame_makes_a_copy_too)
{
    hpa_t old = share(PAGE(0));
    poke(PAGE(0), 8, 5);
    cr_expect_eq(word_at(old), 1);
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 5);
}

Test(withhold, a_shared_table_is_copied_by_the_store_that_changes_it)
{
    once(LD(A0, A1));
    hpa_t old = share(table);
    uint64_t before = word_at(HPA(old.a + (window_entry & (PAGE_SIZE - 1))));
    once(SD(A2, A3));
    once(SFENCE_ALL);
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 2);
    cr_expect_eq(word_at(HPA(old.a + (window_entry & (PAGE_SIZE - 1)))), before);
}

/* As many as there are frames for, and then none: so no store can fail. */
Test(withhold, what_is_shared_can_always_be_copied)
{
    hpa_t hpa;
    unsigned shared = 0;
    for (uint64_t gpa = RAM_BASE + 0x180000; gpa < RAM_BASE + MEMORY; gpa += PAGE_SIZE)
        shared += withhold_share(w.vm, GPA(gpa), &hpa);
    cr_expect_gt(shared, 100);
    for (uint64_t gpa = RAM_BASE + 0x180000; gpa < RAM_BASE + MEMORY; gpa += PAGE_SIZE)
        poke(gpa, 8, gpa);
    for (uint64_t gpa = RAM_BASE + 0x180000; gpa < RAM_BASE + MEMORY; gpa += PAGE_SIZE)
        cr_expect_eq(peek(gpa, 8), gpa);
    cr_expect_eq(w.vm->withhold.promised, 0);
}

/* ---- holes ----------------------------------------------------------------------------------- */

Test(withhold, a_hole_reads_zero_when_it_is_touched)
{
    once(SD(A2, A1));
    uint64_t free = w.vm->withhold.free;
    cr_assert(withhold_punch(w.vm, GPA(PAGE(0))));
    cr_expect_eq(w.vm->withhold.free, free + 1);
    cr_expect_eq(shadow_entry(WINDOW), 0);
    cr_expect_not(withhold_punch(w.vm, GPA(PAGE(0))), "it is one");
    w.hart->x[A0] = 7;
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 0);
    cr_expect_eq(w.vm->withhold.free, free);
    once(SD(A2, A1));
    cr_expect_eq(peek(PAGE(0), 8), w.hart->x[A2]);
    cr_expect_eq(w.vm->withhold.promised, 0);
    cr_expect_not(withhold_punch(w.vm, GPA(NOWHERE)));
}

Test(withhold, a_hole_where_a_table_was_is_an_empty_table)
{
    once(LD(A0, A1));
    cr_assert(withhold_punch(w.vm, GPA(table)));
    map(U_CODE, U_FRAME, U_RX);
    once(SFENCE_ALL);
    once(LD(A0, A1));
    expect_trap(CAUSE_LOAD_PAGE_FAULT, WINDOW, CODE);
}

Test(withhold, a_hole_is_filled_by_dma_and_by_a_fetch)
{
    cr_assert(withhold_punch(w.vm, GPA(PAGE(0))));
    cr_expect_eq(peek(PAGE(0), 8), 0);
    cr_assert(withhold_punch(w.vm, GPA(PAGE(0))));
    w.hart->pc = WINDOW;
    w.hart->mode = MODE_S;
    run(1);
    expect_trap(CAUSE_ILLEGAL_INSN, 0, WINDOW);
}

/* ---- all at once -------------------------------------------------------------------------------
 */

/* The page is a table, clean, logged and shared: one store goes through all of it. */
Test(withhold, p18_a_store_that_four_mechanisms_want_to_hear_of)
{
    once(LD(A0, A1));
    withhold_log(w.vm, true);
    hpa_t old = share(table);
    once(LD(A0, A3));
    cr_expect_eq(shadow_reasons(TABLE_VA) & (SHADOW_CLEAN | SHADOW_LOGGED | SHADOW_SHARED),
                 SHADOW_CLEAN | SHADOW_LOGGED | SHADOW_SHARED);
    cr_expect_eq((shadow_reasons(TABLE_VA) & SHADOW_TRACED) != 0,
                 shadow_policies[world_shadow()]->traces);
    once(SD(A2, A3));
    cr_expect_neq(hpa_of(table), old.a);
    cr_expect(was_written(table));
    cr_expect_eq(leaf_of(TABLE_VA), entry(table, S_RWX));
    once(SFENCE(A1, ZERO));
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 2);
}

/* The page was copied, logged, and taken away: what comes back is a frame of its own, which reads
 * zero, and the log knows of it. */
Test(withhold, p18_a_hole_in_what_was_shared_and_is_logged)
{
    once(LD(A0, A1));
    withhold_log(w.vm, true);
    hpa_t old = share(PAGE(0));
    cr_expect_not(withhold_punch(w.vm, GPA(PAGE(0))), "another has it");
    w.hart->x[A4] = 5;
    once(SD(A4, A1));
    cr_expect(was_written(PAGE(0)));
    cr_assert(withhold_punch(w.vm, GPA(PAGE(0))));
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 0);
    cr_expect(was_written(PAGE(0)), "it was 5");
    cr_expect_eq(word_at(old), 1);
    once(SD(A4, A1));
    cr_expect(was_written(PAGE(0)));
    cr_expect_eq(peek(PAGE(0), 8), 5);
    withhold_log(w.vm, false);
    withhold_release(w.vm, GPA(PAGE(0)), old);
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 5);
    cr_expect_eq(w.vm->withhold.promised, 0);
    cr_expect_eq(shadow_reasons(WINDOW), 0);
}

static uint64_t seed = 1;

static uint64_t below(uint64_t n)
{
    seed = seed * 6364136223846793005 + 1442695040888963407;
    return (seed >> 33) % n;
}

/* The guest stores to pages and to its tables, and the VMM withholds and gives as it likes. */
Test(withhold, p18_no_order_of_them_shows_to_the_guest)
{
    enum { FRAMES = 6 };
    const uint64_t frames[FRAMES] = {
        PAGE(0), PAGE(1), table, CODE, entry_at(TABLE_VA, 0) & ~(uint64_t)(PAGE_SIZE - 1), w.root};
    hpa_t shared[FRAMES] = {{0}};
    program(CODE, LD(A0, A1), AMOADD(A4, A1, A1), SD(A2, A3), SFENCE(A1, ZERO), SD(A4, A1),
            LD(A5, A1), SD(A6, A3), SFENCE_ALL, i_type(INSN_jalr, ZERO, A7, 0));
    w.hart->x[A6] = entry(PAGE(0), S_RWX & ~PTE_D);
    w.hart->x[A7] = CODE;
    w.hart->pc = CODE;
    for (unsigned i = 0; i < 150; i++) {
        unsigned at = (unsigned)below(FRAMES);
        switch (below(5)) {
        case 0:
            withhold_log(w.vm, below(2));
            break;
        case 1:
            was_written(frames[at]);
            break;
        case 2:
            if (shared[at].a)
                withhold_release(w.vm, GPA(frames[at]), shared[at]);
            shared[at] = HPA(0);
            withhold_share(w.vm, GPA(frames[at]), &shared[at]);
            break;
        case 3:
            withhold_punch(w.vm, GPA(PAGE(7))); /* which nobody uses */
            peek(PAGE(7), 1);
            break;
        default:
            vm_forget(w.vm);
        }
        EXPECT_SAME(1 + below(20));
    }
    cr_expect_gt(w.vm->withhold.free, 0);
}
