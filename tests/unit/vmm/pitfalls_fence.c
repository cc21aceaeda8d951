/* P10 to P17 and P43 to P45: what was cached of the guest's tables and code, and for how long.
 * Numbers are those of the pitfalls of a shadow-paging VMM; each test is the right behaviour. */
#include "world.h"

TestSuite(pitfalls, .init = world_new, .fini = world_end);

Test(pitfalls, p10_an_entry_that_was_invalid_is_seen_without_a_fence)
{
    usual_space(MODE_S);
    poke(DATA, 8, 0x1234);
    w.hart->x[A1] = 0x5000;
    once(LD(A0, A1));
    expect_trap(CAUSE_LOAD_PAGE_FAULT, 0x5000, CODE);
    map(0x5000, DATA, S_RWX);
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 0x1234);
}

Test(pitfalls, p11_address_spaces_stay_cached_across_satp_writes)
{
    usual_space(MODE_S);
    map(CODE + PAGE_SIZE, DATA, S_RWX); /* close by: two spaces fit into the smallest pool */
    program(CODE, LD(A0, A1), CSRW(satp, A2), LD(A0, A1), CSRW(satp, A3),
            i_type(INSN_jalr, ZERO, A4, 0));
    w.hart->x[A1] = CODE + PAGE_SIZE;
    w.hart->x[A2] = w.hart->csr.satp | ASID(1);
    w.hart->x[A3] = w.hart->csr.satp;
    w.hart->x[A4] = CODE;
    run(5);
    uint64_t fills = w.vm->shadows.stats.fills;
    cr_expect_eq(fills, 4, "code and data of two spaces");
    run(500);
    cr_expect_eq(w.vm->shadows.stats.fills, fills);
}

Test(pitfalls, p14_a_reused_root_is_seen_anew_after_its_fence)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX | PTE_G);
    poke(DATA, 8, 1);
    poke(DATA + PAGE_SIZE, 8, 2);
    w.hart->x[A1] = 0x5000;
    w.hart->x[A2] = w.hart->csr.satp >> SATP_ASID_SHIFT & 0xffff;
    const struct {
        uint32_t word;
        const char *what;
    } fences[] = {{SFENCE(ZERO, ZERO), "of everything"}, {SFENCE(A1, ZERO), "of the address"}};
    for (unsigned i = 0; i < 2; i++) {
        map(0x5000, DATA, S_RWX | PTE_G);
        once(SFENCE_ALL);
        once(LD(A0, A1));
        cr_expect_eq(w.hart->x[A0], 1);
        map(0x5000, DATA + PAGE_SIZE, S_RWX | PTE_G);
        once(fences[i].word);
        once(LD(A0, A1));
        cr_expect_eq(w.hart->x[A0], 2, "a fence %s", fences[i].what);
    }
}

/* The guest fences a space that is not active, then changes its table, and goes there. No hardware
 * translates ahead in a space that is not active, so it must see what is new. */
Test(pitfalls, p14_a_space_that_is_not_active_is_fenced_before_its_table_changes)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX);
    map(0x6000, entry_at(0x5000, 0), S_RWX);
    poke(DATA, 8, 1);
    poke(DATA + PAGE_SIZE, 8, 2);
    program(CODE, LD(A0, A1), CSRW(satp, A4), SFENCE(ZERO, A6), SD(A2, A3), CSRW(satp, A5),
            LD(A7, A1), LOOP);
    w.hart->csr.satp |= ASID(1);
    w.hart->x[A1] = 0x5000;
    w.hart->x[A2] = entry(DATA + PAGE_SIZE, S_RWX);
    w.hart->x[A3] = 0x6000 + (entry_at(0x5000, 0) & (PAGE_SIZE - 1));
    w.hart->x[A4] = (w.hart->csr.satp & ~SATP_ASID) | ASID(2);
    w.hart->x[A5] = w.hart->csr.satp;
    w.hart->x[A6] = 1;
    struct fidelity_run run = world_lockstep(7);
    cr_expect_eq(run.result, FIDELITY_LIMIT);
    cr_expect_eq(run.stale, 0);
    cr_expect_eq(w.hart->x[A0], 1);
    cr_expect_eq(w.hart->x[A7], 2);
}

Test(pitfalls, p14_sfence_vma_of_any_address_does_not_trap_in_s)
{
    static const uint64_t any[] = {
        0, 1, 0xfff, RAM_BASE, 0x4000000000, 0x8000000000000000, 0xffffffffffffffff};
    usual_space(MODE_S);
    for (unsigned i = 0; i < sizeof any / sizeof *any; i++) {
        w.hart->x[A1] = any[i];
        once(SFENCE(A1, ZERO));
        cr_expect_eq(w.hart->pc, CODE + 4, "%lx", any[i]);
        once(SFENCE(A1, A1));
        cr_expect_eq(w.hart->pc, CODE + 4, "%lx", any[i]);
        once(SFENCE(ZERO, A1));
        cr_expect_eq(w.hart->pc, CODE + 4, "%lx", any[i]);
    }
    map(U_CODE, U_FRAME, U_RX);
    program(U_FRAME, SFENCE_ALL);
    w.hart->mode = MODE_U;
    w.hart->pc = U_CODE;
    run(1);
    expect_trap(CAUSE_ILLEGAL_INSN, SFENCE_ALL, U_CODE);
}

/* A page of 1 GiB is in pieces, since the frames behind it are not in one piece. */
Test(pitfalls, p15_a_fence_of_one_address_drops_every_piece_of_its_superpage)
{
    usual_space(MODE_S);
    map_at(0x40000000, 2, RAM_BASE, S_RWX);
    poke(DATA, 8, 1);
    poke(RAM_BASE + 0x210000, 8, 2);
    w.hart->x[A1] = 0x40000000 + (DATA - RAM_BASE);
    w.hart->x[A2] = 0x40210000;
    w.hart->x[A3] = 0x7ffff123; /* far from both */
    once(LD(A0, A1));
    cr_expect_eq(w.hart->x[A0], 1);
    once(LD(A0, A2));
    cr_expect_eq(w.hart->x[A0], 2);
    poke(entry_at(0x40000000, 2), 8, 0);
    once(SFENCE(A3, ZERO));
    once(LD(A0, A1));
    expect_trap(CAUSE_LOAD_PAGE_FAULT, w.hart->x[A1], CODE);
    once(LD(A0, A2));
    expect_trap(CAUSE_LOAD_PAGE_FAULT, 0x40210000, CODE);
}

Test(pitfalls, p16_a_satp_write_with_an_unsupported_mode_changes_nothing)
{
    usual_space(MODE_S);
    uint64_t satp = w.hart->csr.satp;
    for (uint64_t mode = 1; mode < 16; mode++) {
        w.hart->x[A1] = mode << SATP_MODE_SHIFT | ASID(5) | 0x12345;
        if (mode == SATP_MODE_SV39)
            continue;
        once(CSRW(satp, A1));
        cr_expect_eq(w.hart->csr.satp, satp, "mode %lu", mode);
        cr_expect_eq(w.hart->pc, CODE + 4, "mode %lu", mode);
    }
}

/* Over-fencing would be legal, but it is what P11 warns of. */
Test(pitfalls, p16_a_satp_write_is_not_itself_a_fence)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX);
    w.hart->x[A1] = 0x5000;
    w.hart->x[A2] = w.hart->csr.satp;
    once(LD(A0, A1));
    uint64_t fills = w.vm->shadows.stats.fills;
    once(CSRW(satp, A2));
    once(LD(A0, A1));
    cr_expect_eq(w.vm->shadows.stats.fills, fills);
    cr_expect_neq(shadow_entry(0x5000), 0);
}

Test(pitfalls, p17_a_is_set_at_the_first_use_and_d_at_the_first_store)
{
    usual_space(MODE_S);
    uint64_t fresh = PTE_V | PTE_R | PTE_W;
    map(0x5000, DATA, fresh);
    w.hart->x[A1] = 0x5000;
    once(LD(A0, A1));
    cr_expect_eq(leaf_of(0x5000), entry(DATA, fresh | PTE_A));
    cr_expect_eq(shadow_entry(0x5000) & (PTE_R | PTE_W), PTE_R);
    cr_expect_eq(shadow_reasons(0x5000), SHADOW_CLEAN);
    once(SD(A0, A1));
    cr_expect_eq(leaf_of(0x5000), entry(DATA, fresh | PTE_A | PTE_D));
    cr_expect_eq(shadow_entry(0x5000) & (PTE_R | PTE_W), PTE_R | PTE_W);
    cr_expect_eq(shadow_reasons(0x5000), 0);
    map(0x6000, DATA, fresh);
    w.hart->x[A1] = 0x6000;
    once(AMOADD(A0, A0, A1));
    cr_expect_eq(leaf_of(0x6000), entry(DATA, fresh | PTE_A | PTE_D), "an AMO is a store");
}

Test(pitfalls, p17_a_store_that_is_refused_sets_neither_a_nor_d)
{
    usual_space(MODE_S);
    map(0x5000, DATA, PTE_V | PTE_R);
    map(0x6000, DATA, PTE_V | PTE_R | PTE_W | PTE_U);
    for (uint64_t va = 0x5000; va < 0x7000; va += 0x1000) {
        uint64_t before = leaf_of(va);
        w.hart->x[A1] = va;
        once(SD(A0, A1));
        expect_trap(CAUSE_STORE_PAGE_FAULT, va, CODE);
        cr_expect_eq(leaf_of(va), before);
    }
}

Test(pitfalls, p17_when_the_guest_clears_d_and_fences_w_leaves_the_shadow)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX);
    w.hart->x[A1] = 0x5000;
    once(SD(A0, A1));
    cr_expect_eq(shadow_entry(0x5000) & PTE_W, PTE_W);
    map(0x5000, DATA, S_RWX & ~PTE_D);
    once(SFENCE(A1, ZERO));
    once(LD(A0, A1));
    cr_expect_eq(shadow_entry(0x5000) & PTE_W, 0);
    cr_expect_eq(leaf_of(0x5000) & PTE_D, 0);
    once(SD(A0, A1));
    cr_expect_eq(leaf_of(0x5000) & PTE_D, PTE_D);
}

/* `changes` is what the guest does between a store to its table and the next use. */
static struct fidelity_run change_a_translation(uint32_t between)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX);
    map(0x6000, entry_at(0x5000, 0), S_RWX);
    poke(DATA, 8, 1);
    poke(DATA + PAGE_SIZE, 8, 2);
    program(CODE, LD(A0, A1), SD(A2, A3), between, LD(A5, A1), LOOP);
    w.hart->x[A1] = 0x5000;
    w.hart->x[A2] = entry(DATA + PAGE_SIZE, S_RWX);
    w.hart->x[A3] = 0x6000 + (entry_at(0x5000, 0) & (PAGE_SIZE - 1));
    return world_lockstep(5);
}

Test(pitfalls, p43_lockstep_drops_what_is_used_between_its_change_and_its_fence)
{
    struct fidelity_run run = change_a_translation(NOP);
    cr_expect_eq(run.result, FIDELITY_LIMIT);
    cr_expect_eq(run.stale, world_is_coherent() ? 0 : 1);
    cr_expect_eq(w.hart->x[A5], 2, "the bare machine is coherent");
}

Test(pitfalls, p43_with_a_fence_there_is_nothing_to_drop)
{
    struct fidelity_run run = change_a_translation(SFENCE(A1, ZERO));
    cr_expect_eq(run.result, FIDELITY_LIMIT);
    cr_expect_eq(run.stale, 0);
    cr_expect_eq(w.hart->x[A5], 2);
}

/* Small pages become one large: a fence of one address need not cover another, since what was
 * replaced was a pointer. */
Test(pitfalls, p43_a_fence_of_one_address_does_not_cover_a_table_that_became_a_page)
{
    usual_space(MODE_S);
    map(0x200000, DATA, S_RWX);
    map(0x201000, DATA, S_RWX);
    map(0x6000, entry_at(0x200000, 1), S_RWX);
    poke(DATA, 8, 1);
    program(CODE, LD(A0, A1), LD(A0, A2), SD(A3, A4), SFENCE(A1, ZERO), LD(A5, A2), LOOP);
    w.hart->x[A1] = 0x200000;
    w.hart->x[A2] = 0x201000;
    w.hart->x[A3] = entry(RAM_BASE + 0x200000, S_RWX);
    w.hart->x[A4] = 0x6000 + (entry_at(0x200000, 1) & (PAGE_SIZE - 1));
    struct fidelity_run run = world_lockstep(6);
    cr_expect_eq(run.result, FIDELITY_LIMIT);
    cr_expect_eq(w.hart->x[A0], 1);
    cr_expect_eq(w.hart->x[A5], 0, "the new page");
}

Test(pitfalls, p44_a_page_from_which_nothing_was_executed_has_no_a)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RX);
    map(0x6000, DATA + PAGE_SIZE, PTE_V | PTE_R | PTE_X);
    program(DATA + 0xff8, NOP, LOOP);
    w.hart->pc = 0x5ff8;
    run(20);
    cr_expect_eq(leaf_of(0x6000) & PTE_A, 0);
    program(DATA + 0xffc, NOP);
    w.hart->pc = 0x5ff8;
    run(2); /* the budget ends before it */
    cr_expect_eq(w.hart->pc, 0x6000);
    cr_expect_eq(leaf_of(0x6000) & PTE_A, 0);
    run(1);
    cr_expect_eq(leaf_of(0x6000) & PTE_A, PTE_A);
}

Test(pitfalls, p44_an_instruction_that_is_not_reached_does_not_fault)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RX);
    program(DATA + 0xffc, LOOP); /* what follows is not mapped */
    w.hart->pc = 0x5ffc;
    run(100);
    cr_expect_eq(w.hart->pc, 0x5ffc);
    cr_expect_eq(w.vm->stats.reflected, 0);
}

Test(pitfalls, p45_dma_into_code_that_ran_is_seen)
{
    usual_space(MODE_S);
    program(CODE, LI(A0, 1), i_type(INSN_jalr, ZERO, A1, 0));
    w.hart->x[A1] = CODE;
    run(10);
    cr_expect_eq(w.hart->x[A0], 1);
    program(CODE, LI(A0, 2)); /* by the VM's DMA */
    run(10);
    cr_expect_eq(w.hart->x[A0], 2);
}

/* The table of the page lies in the frame of the code: setting A makes of an xori, which does
 * nothing, a floating-point instruction, which is illegal. What follows is zero. */
Test(pitfalls, p45_a_bit_that_the_vmm_sets_in_code_is_seen)
{
    usual_space(MODE_S);
    uint64_t va = 0x7000, table = entry_at(va, 0) & ~(uint64_t)(PAGE_SIZE - 1);
    map(va, DATA, PTE_V | PTE_R | PTE_U);
    map(0x9000, table, S_RX);
    uint64_t pc = 0x9000 + (entry_at(va, 0) & (PAGE_SIZE - 1));
    cr_assert_eq(insn_decode((uint32_t)leaf_of(va), ISA_FULL).id, INSN_xori);
    w.hart->csr.mstatus = (w.hart->csr.mstatus & ~(uint64_t)MSTATUS_FS) | MSTATUS_SUM;
    program(HANDLER, LOOP);
    w.hart->pc = pc;
    run(100); /* time enough to decode */
    expect_trap(CAUSE_ILLEGAL_INSN, 0, pc + 4);
    w.hart->x[A1] = va;
    once(LD(A0, A1));
    cr_expect_eq(leaf_of(va), entry(DATA, PTE_V | PTE_R | PTE_U | PTE_A));
    w.hart->pc = pc;
    run(100);
    expect_trap(CAUSE_ILLEGAL_INSN, leaf_of(va), pc);
}
