/* Decoded blocks: whatever is kept, what runs is what memory holds. */
#include "world.h"

TestSuite(block, .fini = finish);

Test(block, a_store_into_its_own_block_is_executed)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        hart->x[S0] = CODE;
        hart->x[T1] = addi(T0, 0, 3);
        EXECUTE(sw(T1, 8, S0), addi(T0, 0, 1), addi(T0, 0, 2));
        cr_expect_eq(hart->x[T0], 3, "%s", engine_names[engines[e]]);
    }
}

Test(block, a_store_into_the_next_instruction_is_executed)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        hart->x[S0] = CODE;
        hart->x[T1] = addi(T0, 0, 3);
        EXECUTE(addi(T0, 0, 0), sw(T1, 8, S0), addi(T0, 0, 2));
        cr_expect_eq(hart->x[T0], 3, "%s", engine_names[engines[e]]);
    }
}

Test(block, counters_are_exact_in_the_middle_of_a_block)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        EXECUTE(addi(T1, 0, 1), encode(INSN_csrrs, T0, 0, 0, CSR_minstret), addi(T1, 0, 2),
                addi(T1, 0, 3), encode(INSN_csrrsi, T2, 0, 0, CSR_minstret), addi(T1, 0, 4));
        cr_expect_eq(hart->x[T0], 1, "%s", engine_names[engines[e]]);
        cr_expect_eq(hart->x[T2], 4, "%s", engine_names[engines[e]]);
        cr_expect_eq(hart->x[T1], 4, "%s", engine_names[engines[e]]);
    }
}

Test(block, an_AMO_into_code_is_executed)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        hart->x[S0] = CODE + 4;
        hart->x[T1] = addi(T0, 0, 3);
        EXECUTE(encode(INSN_amoswap_w, 0, S0, T1, 0), addi(T0, 0, 2));
        cr_expect_eq(hart->x[T0], 3, "%s", engine_names[engines[e]]);
    }
}

Test(block, a_loop_that_changes_itself_runs_each_version)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        /* t0 += imm, where imm grows by one each round */
        PROGRAM(CODE, addi(T0, T0, 1), encode(INSN_lw, T1, S0, 0, 0),
                encode(INSN_add, T1, T1, T2, 0), sw(T1, 0, S0), j(-16));
        hart->x[S0] = CODE;
        hart->x[T2] = 1 << 20;
        run(5 * 10);
        cr_expect_eq(hart->x[T0], 55, "%s: 1 + 2 + ... + 10", engine_names[engines[e]]);
    }
}

Test(block, dma_into_code_is_executed)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        PROGRAM(CODE, addi(T0, 0, 1), j(-4));
        run(20);
        PROGRAM(CODE, addi(T0, 0, 2));
        run(20);
        cr_expect_eq(hart->x[T0], 2, "%s", engine_names[engines[e]]);
    }
}

Test(block, code_has_a_mark_until_it_changes)
{
    given_a_machine(ENGINE_BLOCK);
    PROGRAM(CODE, addi(T0, 0, 1), j(-4));
    run(2);
    cr_expect(machine->ram.marks[0] & FRAME_CODE);
    write64(CODE + 0x800, 1);
    cr_expect_not(machine->ram.marks[0] & FRAME_CODE);
}

/* S-mode at the last instruction of a page, a jump back, before a page with `bits`. */
static void given_a_jump_at_the_end_of_a_page(enum engine engine, uint64_t bits)
{
    given_a_machine(engine);
    map(VA, CODE, OPEN);
    map(VA + PAGE_SIZE, CODE + PAGE_SIZE, bits);
    PROGRAM(CODE + PAGE_SIZE - 8, addi(T0, T0, 1), j(-4));
    enter_s(VA + PAGE_SIZE - 8);
}

Test(block, decoding_ahead_sets_no_A)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_jump_at_the_end_of_a_page(engines[e], PTE_V | PTE_X);
        run(20);
        cr_expect_eq(hart->x[T0], 10);
        cr_expect_eq(read64(entry_of(VA + PAGE_SIZE, 0)) & PTE_A, 0, "%s",
                     engine_names[engines[e]]);
    }
}

Test(block, decoding_ahead_raises_no_fault)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_jump_at_the_end_of_a_page(engines[e], 0);
        run(20);
        cr_expect_eq(hart->csr.mcause, 0, "%s", engine_names[engines[e]]);
    }
}

/* The two halves of an instruction in pages that do not lie together. */
static void given_a_crossing_instruction(enum engine engine)
{
    given_a_machine(engine);
    uint32_t word = addi(T0, T0, 100);
    map(VA, CODE, OPEN);
    map(VA + PAGE_SIZE, OTHER, OPEN & ~PTE_A);
    dma(CODE + PAGE_SIZE - 2, &word, 2);
    dma(OTHER, (char *)&word + 2, 2);
    word = addi(T1, 0, 7);
    dma(OTHER + 2, &word, 4);
    enter_s(VA + PAGE_SIZE - 2);
}

Test(block, an_instruction_may_cross_a_page)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_crossing_instruction(engines[e]);
        run(1);
        cr_expect_eq(hart->x[T0], 100, "%s", engine_names[engines[e]]);
        cr_expect_eq(hart->pc, VA + PAGE_SIZE + 2);
        cr_expect(read64(entry_of(VA + PAGE_SIZE, 0)) & PTE_A);
        run(1);
        cr_expect_eq(hart->x[T1], 7);
    }
}

Test(block, a_crossing_instruction_changes_with_either_half)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_crossing_instruction(engines[e]);
        run(1);
        uint32_t word = addi(T0, T0, 200);
        dma(OTHER, (char *)&word + 2, 2);
        hart->pc = VA + PAGE_SIZE - 2;
        run(1);
        cr_expect_eq(hart->x[T0], 300, "%s", engine_names[engines[e]]);
    }
}

Test(block, the_second_half_of_an_instruction_faults_at_its_own_address)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_crossing_instruction(engines[e]);
        map(VA + PAGE_SIZE, OTHER, 0);
        run(1);
        cr_expect_eq(hart->csr.mcause, CAUSE_INSN_PAGE_FAULT, "%s", engine_names[engines[e]]);
        cr_expect_eq(hart->csr.mepc, VA + PAGE_SIZE - 2);
        cr_expect_eq(hart->csr.mtval, VA + PAGE_SIZE);
        cr_expect_eq(hart->csr.minstret, 0);
    }
}

Test(block, straight_code_goes_on_from_block_to_block_and_page_to_page)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        enum { COUNT = PAGE_SIZE / 4 + 3 * BLOCK_OPS };
        for (int i = 0; i < COUNT; i++)
            PROGRAM(CODE + 4 * i, addi(T0, T0, 1));
        run(COUNT);
        cr_expect_eq(hart->x[T0], COUNT, "%s", engine_names[engines[e]]);
        cr_expect_eq(hart->pc, CODE + 4 * COUNT);
    }
}

Test(block, the_middle_of_an_instruction_can_be_jumped_to)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        /* lui t0, 0x00928 holds c.addi t0, 2 in its upper half... */
        uint32_t word = encode(INSN_lui, T1, 0, 0, (int64_t)0x0289 << 16);
        PROGRAM(CODE, word, addi(T2, 0, 1));
        hart->pc = CODE;
        run(1);
        cr_expect_eq(hart->x[T1], (uint64_t)0x0289 << 16);
        hart->pc = CODE + 2; /* 0x0289: c.addi t0, 2 */
        run(2);
        cr_expect_eq(hart->x[T0], 2, "%s", engine_names[engines[e]]);
        cr_expect_eq(hart->x[T2], 1);
    }
}

Test(block, the_room_for_blocks_may_run_out)
{
    given_a_machine(ENGINE_BLOCK);
    /* c.addi t0, 1 everywhere: a block of the full length starts at each halfword */
    enum { PAGES = ARENA_OPS / (BLOCK_OPS * HALFWORDS) + 2 };
    static uint16_t page[HALFWORDS];
    for (unsigned i = 0; i < HALFWORDS; i++)
        page[i] = 0x0285;
    for (uint64_t i = 0; i < PAGES; i++)
        dma(CODE + i * PAGE_SIZE, page, PAGE_SIZE);
    uint32_t used = 0;
    bool was_emptied = false;
    uint64_t done = 0;
    for (uint64_t at = CODE; at < CODE + PAGES * PAGE_SIZE; at += 2) {
        hart->pc = at;
        run(1);
        done++;
        was_emptied |= machine->cpu->arena_used < used;
        used = machine->cpu->arena_used;
        cr_assert_leq(used, ARENA_OPS);
    }
    cr_expect(was_emptied);
    cr_expect_eq(hart->x[T0], done);
}
