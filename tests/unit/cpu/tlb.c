/* The TLB: whatever it holds, loads and stores see the tables as they are. */
#include "world.h"

TestSuite(tlb, .fini = finish);

/* A page at VA, whose entry is at s0; t2 is another. */
static void given_a_change_between_two_loads(enum engine engine)
{
    given_a_machine(engine);
    write64(DATA, 111);
    write64(OTHER, 222);
    map(VA, DATA, OPEN);
    hart->x[S1] = VA;
    hart->x[T2] = pte_to(OTHER, OPEN);
    hart->x[S0] = entry_of(VA, 0);
    enter_s(CODE);
}

#define LOAD_CHANGE_LOAD ld(T0, 0, S1), sd(T2, 0, S0), ld(T1, 0, S1)

static void expect_old_then_new(unsigned engine)
{
    cr_expect_eq(hart->x[T0], 111, "%s", engine_names[engines[engine]]);
    cr_expect_eq(hart->x[T1], 222, "%s", engine_names[engines[engine]]);
}

Test(tlb, a_store_into_a_leaf_table_drops_the_translation)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_change_between_two_loads(engines[e]);
        EXECUTE(LOAD_CHANGE_LOAD);
        expect_old_then_new(e);
    }
}

Test(tlb, a_store_of_one_byte_of_an_entry_drops_the_translation)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_change_between_two_loads(engines[e]);
        hart->x[T2] = pte_to(OTHER, 0) >> 8; /* bits 15:8 are all that differs */
        EXECUTE(ld(T0, 0, S1), encode(INSN_sb, 0, S0, T2, 1), ld(T1, 0, S1));
        expect_old_then_new(e);
    }
}

Test(tlb, a_misaligned_store_over_two_entries_drops_both_translations)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_change_between_two_loads(engines[e]);
        map(VA + PAGE_SIZE, OTHER, OPEN);
        write64(DATA + 0x2000, 333);
        hart->x[T1] = VA + PAGE_SIZE;
        hart->x[T2] = pte_to(DATA + 0x2000, OPEN) << 32; /* and VA's own upper half stays 0 */
        EXECUTE(ld(T0, 0, S1), ld(T3, 0, T1), sd(T2, 4, S0), ld(T0, 0, S1), ld(T1, 0, T1));
        cr_expect_eq(hart->x[T3], 222);
        cr_expect_eq(hart->x[T0], 111, "%s", engine_names[engines[e]]);
        cr_expect_eq(hart->x[T1], 333, "%s", engine_names[engines[e]]);
    }
}

Test(tlb, a_store_into_a_pointer_drops_all_that_is_below)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_change_between_two_loads(engines[e]);
        uint64_t other_table = next_table;
        write64(other_table, pte_to(OTHER, OPEN));
        hart->x[T2] = pte_to(other_table, PTE_V);
        hart->x[S0] = entry_of(VA, 1);
        EXECUTE(LOAD_CHANGE_LOAD);
        expect_old_then_new(e);
    }
}

Test(tlb, dma_into_a_table_drops_the_translation)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_change_between_two_loads(engines[e]);
        EXECUTE(ld(T0, 0, S1));
        write64(entry_of(VA, 0), pte_to(OTHER, OPEN));
        EXECUTE(ld(T1, 0, S1));
        expect_old_then_new(e);
    }
}

Test(tlb, a_large_page_replaced_is_replaced_everywhere)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        uint64_t old = RAM_BASE + 0x400000, new = RAM_BASE + 0x600000;
        write64(old, 1), write64(old + 0x1ff000, 2);
        write64(new, 3), write64(new + 0x1ff000, 4);
        write64(entry_of(VA, 1), pte_to(old, OPEN));
        hart->x[S0] = VA;
        hart->x[S1] = VA + 0x1ff000;
        hart->x[T2] = pte_to(new, OPEN);
        hart->x[T3] = entry_of(VA, 1);
        enter_s(CODE);
        EXECUTE(ld(T0, 0, S0), ld(T1, 0, S1));
        cr_expect(hart->x[T0] == 1 && hart->x[T1] == 2, "%s", engine_names[engines[e]]);
        EXECUTE(sd(T2, 0, T3), ld(T0, 0, S0), ld(T1, 0, S1));
        cr_expect(hart->x[T0] == 3 && hart->x[T1] == 4, "%s", engine_names[engines[e]]);
    }
}

Test(tlb, a_table_shared_by_two_regions_is_dropped_in_both)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_change_between_two_loads(engines[e]);
        uint64_t twin = VA + level_size(1);
        write64(entry_of(twin, 1), read64(entry_of(VA, 1)));
        hart->x[T3] = twin;
        EXECUTE(ld(T0, 0, S1), ld(T1, 0, T3));
        cr_expect(hart->x[T0] == 111 && hart->x[T1] == 111, "%s", engine_names[engines[e]]);
        EXECUTE(sd(T2, 0, S0), ld(T0, 0, S1), ld(T1, 0, T3));
        cr_expect(hart->x[T0] == 222 && hart->x[T1] == 222, "%s", engine_names[engines[e]]);
    }
}

Test(tlb, a_load_sets_A_and_the_first_store_D)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        map(VA, DATA, PTE_V | PTE_R | PTE_W);
        hart->x[S1] = VA;
        enter_s(CODE);
        uint64_t entry = entry_of(VA, 0);
        EXECUTE(ld(T0, 0, S1), ld(T0, 0, S1));
        cr_expect_eq(read64(entry) & (PTE_A | PTE_D), PTE_A, "%s", engine_names[engines[e]]);
        EXECUTE(sd(T0, 0, S1));
        cr_expect_eq(read64(entry) & (PTE_A | PTE_D), PTE_A | PTE_D);
    }
}

Test(tlb, a_store_that_may_not_be_sets_no_D)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        map(VA, DATA, PTE_V | PTE_R);
        PROGRAM(HANDLER, j(0));
        hart->x[S1] = VA;
        enter_s(CODE);
        EXECUTE(sd(T0, 0, S1));
        cr_expect_eq(hart->csr.mcause, CAUSE_STORE_PAGE_FAULT);
        cr_expect_eq(read64(entry_of(VA, 0)) & (PTE_A | PTE_D), 0);
    }
}

Test(tlb, D_that_is_cleared_comes_back_with_the_next_store)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        map(VA, DATA, OPEN);
        hart->x[S1] = VA;
        hart->x[S0] = entry_of(VA, 0);
        hart->x[T2] = pte_to(DATA, OPEN & ~PTE_D);
        enter_s(CODE);
        EXECUTE(sd(T0, 0, S1), sd(T2, 0, S0));
        cr_expect_eq(read64(entry_of(VA, 0)) & PTE_D, 0);
        EXECUTE(sd(T0, 8, S1));
        cr_expect_eq(read64(entry_of(VA, 0)) & PTE_D, PTE_D, "%s", engine_names[engines[e]]);
    }
}

Test(tlb, SUM_and_MXR_matter_though_the_page_is_known)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        map(VA, DATA, PTE_V | PTE_X | PTE_U | PTE_A);
        PROGRAM(HANDLER, j(0));
        hart->x[S1] = VA;
        for (uint64_t bit = MSTATUS_SUM; bit <= MSTATUS_MXR; bit <<= 1) {
            hart->x[T1] = bit;
            hart->csr.mstatus |= MSTATUS_SUM | MSTATUS_MXR;
            hart->csr.mcause = 0;
            enter_s(CODE);
            EXECUTE(ld(T0, 0, S1));
            cr_expect_eq(hart->csr.mcause, 0, "%s", engine_names[engines[e]]);
            EXECUTE(encode(INSN_csrrc, 0, T1, 0, CSR_sstatus), ld(T0, 0, S1));
            cr_expect_eq(hart->csr.mcause, CAUSE_LOAD_PAGE_FAULT, "%s", engine_names[engines[e]]);
        }
    }
}

Test(tlb, pages_that_share_an_entry_of_the_TLB_do_not_mix)
{
    given_a_machine(ENGINE_BLOCK);
    uint64_t twin = VA + (uint64_t)TLB_SIZE * PAGE_SIZE;
    write64(DATA, 1);
    write64(OTHER, 2);
    map(VA, DATA, OPEN);
    map(twin, OTHER, OPEN);
    hart->x[S0] = VA;
    hart->x[S1] = twin;
    enter_s(CODE);
    EXECUTE(ld(T0, 0, S0), ld(T1, 0, S1), ld(T2, 0, S0));
    cr_expect(hart->x[T0] == 1 && hart->x[T1] == 2 && hart->x[T2] == 1);
}

Test(tlb, more_address_spaces_than_numbers_for_them_are_still_told_apart)
{
    given_a_machine(ENGINE_BLOCK);
    uint64_t other_root = RAM_BASE + 0x180000, other_leaf = other_root + PAGE_SIZE;
    write64(DATA, 1);
    write64(OTHER, 2);
    map(VA, DATA, OPEN);
    /* s0 = satp, s1 = VA */
    PROGRAM(CODE, csrw(CSR_satp, S0), ld(T0, 0, S1), j(0));
    hart->x[S1] = VA;
    enter_s(CODE);
    uint64_t root = hart->csr.satp, pointer = read64(TABLES + 8);
    uint64_t middle = other_root + 2 * PAGE_SIZE;
    write64(other_root + 8, pte_to(middle, PTE_V));
    write64(other_root + 16, read64(TABLES + 16));
    write64(middle, pte_to(other_leaf, PTE_V));
    write64(other_leaf, pte_to(OTHER, OPEN));
    cr_assert(pointer & PTE_V);
    for (uint64_t asid = 0; asid < 2 * SPACES; asid++) {
        bool is_other = asid % 3 == 0;
        uint64_t ppn = (is_other ? other_root : TABLES) >> PAGE_SHIFT;
        hart->x[S0] = (root & ~(uint64_t)SATP_PPN) | asid << SATP_ASID_SHIFT | ppn;
        hart->pc = CODE;
        run(8);
        cr_expect_eq(hart->x[T0], is_other ? 2 : 1, "ASID %d", (int)asid);
        cr_expect_leq(machine->cpu->space_count, SPACES / 2);
    }
}

Test(tlb, a_frame_that_is_stored_to_again_and_again_is_a_table_no_more)
{
    given_a_change_between_two_loads(ENGINE_BLOCK);
    uint64_t frame = (entry_of(VA, 0) - RAM_BASE) >> PAGE_SHIFT;
    PROGRAM(CODE, ld(T0, 0, S1), sd(T2, 64, S0), j(-4));
    run(1);
    cr_expect(machine->ram.marks[frame] & FRAME_WALKED);
    run(2 * WALK_PATIENCE);
    cr_expect(machine->ram.marks[frame] & FRAME_WALKED);
    run(2);
    cr_expect_not(machine->ram.marks[frame] & FRAME_WALKED);
    /* It is one still; what was derived has been dropped, and the next walk marks it again. */
    EXECUTE(sd(T2, 0, S0), ld(T1, 0, S1));
    expect_old_then_new(1);
    cr_expect(machine->ram.marks[frame] & FRAME_WALKED);
}

/* ---- the observer of translations ---- */

static uint64_t replaced[8];
static unsigned replacements;

static void note_replaced(void *owner, uint64_t pa)
{
    (void)owner;
    if (replacements < 8)
        replaced[replacements] = pa;
    replacements++;
}

static void note_walked(void *owner, uint64_t va, const struct walk *walk)
{
    (void)owner, (void)va, (void)walk;
}

static struct cpu_watch watch = {.replaced = note_replaced, .walked = note_walked};

Test(tlb, an_observer_hears_of_both_entries_of_a_misaligned_store)
{
    given_a_change_between_two_loads(ENGINE_BLOCK);
    map(VA + PAGE_SIZE, OTHER, OPEN);
    uint64_t entry = entry_of(VA, 0);
    cpu_set_watch(machine->cpu, &watch);
    hart->x[T2] = ~(uint64_t)0;
    EXECUTE(ld(T0, 0, S1), sd(T2, 4, S0));
    cr_expect_eq(replacements, 2);
    cr_expect_eq(replaced[0], entry);
    cr_expect_eq(replaced[1], entry + 8);
}

Test(tlb, an_observer_hears_of_all_entries_that_dma_may_have_changed)
{
    given_a_change_between_two_loads(ENGINE_BLOCK);
    cpu_set_watch(machine->cpu, &watch);
    EXECUTE(ld(T0, 0, S1));
    write64(entry_of(VA, 0) + 0x800, 0);
    cr_expect_eq(replacements, 1, "one entry was in use");
    cr_expect_eq(replaced[0], entry_of(VA, 0));
}
