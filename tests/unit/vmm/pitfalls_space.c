/* P01 to P09: what a guest may reach, and what it sees when it may not.
 * Numbers are those of the pitfalls of a shadow-paging VMM; each test is the right behaviour. */
#include "world.h"

TestSuite(pitfalls, .init = world_new, .fini = world_end);

/* S has used the page, so its shadow holds it; U must not find it there. */
Test(pitfalls, p01_a_guest_u_load_of_an_s_only_page_gives_the_guest_cause_13)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX);
    poke(DATA, 8, 0x1234);
    program(CODE, LD(A0, A1), SRET);
    program(U_FRAME, LD(A2, A1));
    w.hart->x[A1] = 0x5000;
    w.hart->csr.sepc = U_CODE;
    run(3);
    expect_trap(CAUSE_LOAD_PAGE_FAULT, 0x5000, U_CODE);
    cr_expect_eq(w.hart->x[A0], 0x1234);
    cr_expect_eq(w.hart->x[A2], 0);
}

Test(pitfalls, p01_a_guest_s_load_of_a_u_page_without_sum_gives_cause_13)
{
    usual_space(MODE_U);
    map(0x5000, DATA, U_RW);
    poke(DATA, 8, 0x1234);
    program(U_FRAME, LD(A0, A1), ECALL);
    program(HANDLER, LD(A2, A1));
    w.hart->x[A1] = 0x5000;
    run(2);
    expect_trap(CAUSE_ECALL_U, 0, U_CODE + 4);
    run(1);
    expect_trap(CAUSE_LOAD_PAGE_FAULT, 0x5000, HANDLER);
    cr_expect_eq(w.hart->x[A0], 0x1234);
    cr_expect_eq(w.hart->x[A2], 0);
}

Test(pitfalls, p01_user_code_does_not_run_pages_of_the_supervisor)
{
    usual_space(MODE_S);
    program(CODE, SRET);
    program(U_FRAME, JALR(A1));
    w.hart->x[A1] = CODE;
    w.hart->csr.sepc = U_CODE;
    run(3);
    expect_trap(CAUSE_INSN_PAGE_FAULT, CODE, CODE);
}

/* The root is recycled: its entry changes, and a fresh ASID needs no fence. */
Test(pitfalls, p02_a_root_under_a_fresh_asid_needs_no_fence)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX);
    map(0x6000, entry_at(0x5000, 0), S_RWX);
    poke(DATA, 8, 1);
    poke(DATA + PAGE_SIZE, 8, 2);
    program(CODE, LD(A0, A1), SD(A2, A3), CSRW(satp, A4), LD(A5, A1), LOOP);
    w.hart->x[A1] = 0x5000;
    w.hart->x[A2] = entry(DATA + PAGE_SIZE, S_RWX);
    w.hart->x[A3] = 0x6000 + (entry_at(0x5000, 0) & (PAGE_SIZE - 1));
    w.hart->x[A4] = w.hart->csr.satp | ASID(9);
    struct fidelity_run run = world_lockstep(5);
    cr_expect_eq(run.result, FIDELITY_LIMIT);
    cr_expect_eq(run.stale, 0);
    cr_expect_eq(w.hart->x[A0], 1);
    cr_expect_eq(w.hart->x[A5], 2);
}

/* And is gone with S, in the same address space. */
Test(pitfalls, p02_a_trampoline_runs_in_s_on_the_users_satp_at_once)
{
    usual_space(MODE_U);
    program(U_FRAME, ECALL, LD(A2, A1));
    program(HANDLER, LI(A0, 7), csr_type(INSN_csrrw, ZERO, CSR_sepc, A3), SRET);
    w.hart->x[A1] = HANDLER;
    w.hart->x[A3] = U_CODE + 4;
    run(2);
    cr_expect_eq(w.hart->mode, MODE_S);
    cr_expect_eq(w.hart->x[A0], 7);
    run(3);
    expect_trap(CAUSE_LOAD_PAGE_FAULT, HANDLER, U_CODE + 4);
}

Test(pitfalls, p02_setting_and_clearing_sum_shows_at_the_next_load)
{
    usual_space(MODE_S);
    map(0x5000, DATA, U_RW);
    poke(DATA, 8, 0x1234);
    program(CODE, csr_type(INSN_csrrs, ZERO, CSR_sstatus, A2), LD(A0, A1),
            csr_type(INSN_csrrc, ZERO, CSR_sstatus, A2), LD(A3, A1));
    w.hart->x[A1] = 0x5000;
    w.hart->x[A2] = MSTATUS_SUM;
    run(4);
    expect_trap(CAUSE_LOAD_PAGE_FAULT, 0x5000, CODE + 12);
    cr_expect_eq(w.hart->x[A0], 0x1234);
    cr_expect_eq(w.hart->x[A3], 0);
}

/* Frame numbers that are not the guest's: a hole, the machine's memory above its own, frames of the
 * VMM by their machine addresses, and all ones. */
static uint64_t foreign_frame(unsigned i)
{
    const uint64_t frames[] = {
        NOWHERE >> PAGE_SHIFT,
        (RAM_BASE + MEMORY) >> PAGE_SHIFT,
        (RAM_BASE >> PAGE_SHIFT) - 1,
        (w.vm->shadows.pool.a + w.boot.config.ram_size) >> PAGE_SHIFT,
        0xfffffffffff,
        (uint64_t)1 << 43 | RAM_BASE >> PAGE_SHIFT,
    };
    return i < sizeof frames / sizeof *frames ? frames[i] : 0;
}

Test(pitfalls, p03_a_leaf_to_what_is_not_the_guests_is_an_access_fault)
{
    usual_space(MODE_S);
    w.hart->x[A1] = 0x5000;
    for (unsigned i = 0; foreign_frame(i); i++) {
        poke(entry_at(0x5000, 0), 8, foreign_frame(i) << PTE_PPN_SHIFT | S_RWX);
        once(LD(A0, A1));
        expect_trap(CAUSE_LOAD_ACCESS_FAULT, 0x5000, CODE);
        once(SD(A0, A1));
        expect_trap(CAUSE_STORE_ACCESS_FAULT, 0x5000, CODE);
        once(JALR(A1));
        run(1);
        expect_trap(CAUSE_INSN_ACCESS_FAULT, 0x5000, 0x5000);
        cr_expect_eq(shadow_entry(0x5000), 0, "row %u", i);
    }
}

Test(pitfalls, p03_a_table_in_what_is_not_the_guests_is_an_access_fault)
{
    usual_space(MODE_S);
    w.hart->x[A1] = 0x40000000;
    for (unsigned i = 0; foreign_frame(i); i++)
        for (int level = 1; level < 3; level++) {
            poke(entry_at(0x40000000, level), 8, foreign_frame(i) << PTE_PPN_SHIFT | PTE_V);
            once(LD(A0, A1));
            expect_trap(CAUSE_LOAD_ACCESS_FAULT, 0x40000000, CODE);
            once(SD(A0, A1));
            expect_trap(CAUSE_STORE_ACCESS_FAULT, 0x40000000, CODE);
            poke(entry_at(0x40000000, 2), 8, 0);
        }
}

/* It cannot even fetch its handler: it steps, and hurts nobody. */
Test(pitfalls, p03_a_root_in_what_is_not_the_guests_is_an_access_fault)
{
    for (unsigned i = 0; foreign_frame(i); i++) {
        w.hart->csr.satp = SV39 | foreign_frame(i);
        w.hart->pc = CODE;
        w.hart->mode = MODE_S;
        run(1);
        expect_trap(CAUSE_INSN_ACCESS_FAULT, CODE, CODE);
        run(1);
        expect_trap(CAUSE_INSN_ACCESS_FAULT, HANDLER, HANDLER);
    }
}

Test(pitfalls, p04_a_gpa_without_memory_or_device_is_an_access_fault_not_a_page_fault)
{
    static const uint64_t holes[] = {
        NOWHERE,
        RAM_BASE + MEMORY,
        RAM_BASE - 8,
        0,
        0x3000000,
        0x4000000000,       /* not canonical for the shadow, but this guest does not page */
        0xffffffff80000000, /* nor is this 0x80000000 */
        0xfffffffffffffff8,
    };
    for (unsigned i = 0; i < sizeof holes / sizeof *holes; i++) {
        w.hart->x[A1] = holes[i];
        once(LD(A0, A1));
        expect_trap(CAUSE_LOAD_ACCESS_FAULT, holes[i], CODE);
        once(SD(A0, A1));
        expect_trap(CAUSE_STORE_ACCESS_FAULT, holes[i], CODE);
        once(LR(A0, A1));
        expect_trap(CAUSE_LOAD_ACCESS_FAULT, holes[i], CODE);
        once(AMOADD(A0, A0, A1));
        expect_trap(CAUSE_STORE_ACCESS_FAULT, holes[i], CODE);
        once(JALR(A1));
        run(1);
        expect_trap(CAUSE_INSN_ACCESS_FAULT, holes[i], holes[i]);
    }
}

/* The VMM lives outside: all 512 GiB of Sv39, lower half and upper, are the guest's to map. */
Test(pitfalls, p05_every_address_is_the_guests)
{
    enum { GIB_SHIFT = 30, SPACE_SHIFT = 39, ALL = 1 << (SPACE_SHIFT - GIB_SHIFT) };
    usual_space(MODE_S);
    poke(DATA, 8, 0x1234);
    for (uint64_t i = 0; i < ALL; i++) {
        uint64_t gib = (uint64_t)((int64_t)(i << (GIB_SHIFT + 25)) >> 25);
        if (i == CODE >> GIB_SHIFT) /* the program itself */
            continue;
        map_at(gib, 2, RAM_BASE, S_RWX);
        w.hart->x[A0] = 0;
        w.hart->x[A1] = gib + (DATA - RAM_BASE);
        once(LD(A0, A1));
        cr_expect_eq(w.hart->x[A0], 0x1234, "%lx", gib);
    }
}

/* The page is in S's shadow, for its data. */
Test(pitfalls, p06_sum_does_not_let_s_execute_u_pages)
{
    usual_space(MODE_S);
    w.hart->csr.mstatus |= MSTATUS_SUM;
    program(U_FRAME, NOP);
    program(CODE, LD(A0, A1), SD(A2, A1), JALR(A1));
    map(U_CODE, U_FRAME, U_RWX);
    w.hart->x[A1] = U_CODE;
    run(4);
    expect_trap(CAUSE_INSN_PAGE_FAULT, U_CODE, U_CODE);
    cr_expect_eq(w.hart->x[A0], NOP);
    cr_expect_eq(shadow_entry(U_CODE) & PTE_X, 0);
}

Test(pitfalls, p07_mxr_makes_execute_only_pages_readable_while_it_is_set)
{
    usual_space(MODE_S);
    map(0x5000, DATA, PTE_V | PTE_X | PTE_A);
    poke(DATA, 8, 0x1234);
    program(CODE, csr_type(INSN_csrrs, ZERO, CSR_sstatus, A2), LD(A0, A1),
            csr_type(INSN_csrrc, ZERO, CSR_sstatus, A2), LD(A3, A1));
    w.hart->x[A1] = 0x5000;
    w.hart->x[A2] = MSTATUS_MXR;
    run(4);
    expect_trap(CAUSE_LOAD_PAGE_FAULT, 0x5000, CODE + 12);
    cr_expect_eq(w.hart->x[A0], 0x1234);
}

Test(pitfalls, p07_a_trapped_instruction_is_fetched_from_an_execute_only_page)
{
    usual_space(MODE_S);
    map(CODE, CODE, PTE_V | PTE_X | PTE_A);
    program(CODE, CSRR(A0, sscratch));
    w.hart->csr.sscratch = 77;
    w.vm->config.is_silent = true; /* the hart does not say what trapped: it is fetched */
    run(1);
    cr_expect_eq(w.hart->x[A0], 77);
}

Test(pitfalls, p08_malformed_entries_are_page_faults)
{
    static const struct {
        int level;
        uint64_t bits;
        const char *what;
    } rows[] = {
        {0, PTE_V | PTE_W | PTE_A | PTE_D, "W without R"},
        {0, PTE_V | PTE_W | PTE_X | PTE_A | PTE_D, "W and X without R"},
        {0, S_RWX | (uint64_t)1 << 54, "reserved bit 54"},
        {0, S_RWX | (uint64_t)1 << 61, "bit 61, of Svpbmt"},
        {0, S_RWX | (uint64_t)1 << 63, "bit 63, of Svnapot"},
        {1, S_RWX | 1 << PTE_PPN_SHIFT, "a misaligned page of 2 MiB"},
        {2, S_RWX | 512 << PTE_PPN_SHIFT, "a misaligned page of 1 GiB"},
        {1, PTE_V | PTE_A, "A on a pointer"},
        {1, PTE_V | PTE_D, "D on a pointer"},
        {1, PTE_V | PTE_U, "U on a pointer"},
        {0, PTE_V, "a pointer at level 0"},
        {0, S_RWX & ~PTE_V, "not valid"},
    };
    usual_space(MODE_S);
    w.hart->x[A1] = 0x40000000;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        poke(entry_at(0x40000000, rows[i].level), 8, entry(RAM_BASE, rows[i].bits));
        once(LD(A0, A1));
        cr_expect_eq(w.hart->csr.scause, CAUSE_LOAD_PAGE_FAULT, "%s", rows[i].what);
        once(SD(A0, A1));
        cr_expect_eq(w.hart->csr.scause, CAUSE_STORE_PAGE_FAULT, "%s", rows[i].what);
        poke(entry_at(0x40000000, 2), 8, 0);
    }
}

Test(pitfalls, p08_an_address_that_is_not_canonical_is_the_guests_page_fault)
{
    static const uint64_t addresses[] = {0x4000000000, 0x8080000000, 0xffffff8080000000,
                                         0x8000000000000000, 0xffffffbffffffff8};
    usual_space(MODE_S);
    for (unsigned i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        w.hart->x[A1] = addresses[i];
        once(LD(A0, A1));
        expect_trap(CAUSE_LOAD_PAGE_FAULT, addresses[i], CODE);
        once(AMOADD(A0, A0, A1));
        expect_trap(CAUSE_STORE_PAGE_FAULT, addresses[i], CODE);
        once(JALR(A1));
        run(1);
        expect_trap(CAUSE_INSN_PAGE_FAULT, addresses[i], addresses[i]);
    }
}

Test(pitfalls, p09_amo_and_sc_report_store_causes_and_lr_load_causes)
{
    usual_space(MODE_S);
    map(0x5000, DATA, PTE_V | PTE_R | PTE_A); /* read-only */
    map(0x6000, DATA, PTE_V | PTE_X | PTE_A); /* execute-only */
    w.hart->x[A1] = 0x5000;
    w.hart->x[A2] = 0x6000;
    once(AMOADD(A0, A0, A1));
    expect_trap(CAUSE_STORE_PAGE_FAULT, 0x5000, CODE);
    once(LR(A0, A1));
    cr_expect_eq(w.hart->pc, CODE + 4, "LR needs R alone");
    once(SC(A0, A0, A1));
    expect_trap(CAUSE_STORE_PAGE_FAULT, 0x5000, CODE);
    once(AMOADD(A0, A0, A2));
    expect_trap(CAUSE_STORE_PAGE_FAULT, 0x6000, CODE);
    once(LR(A0, A2));
    expect_trap(CAUSE_LOAD_PAGE_FAULT, 0x6000, CODE);
    w.hart->x[A1] = 0x5001;
    once(AMOADD(A0, A0, A1));
    expect_trap(CAUSE_STORE_MISALIGNED, 0x5001, CODE);
    once(LR(A0, A1));
    expect_trap(CAUSE_LOAD_MISALIGNED, 0x5001, CODE);
}
