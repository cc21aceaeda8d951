/* P30 to P42: interrupts, devices, and that each step counts.
 * Numbers are those of the pitfalls of a shadow-paging VMM; each test is the right behaviour. */
#include "world.h"

TestSuite(pitfalls, .init = world_new, .fini = world_end);

/* The first part is of a page that is a table or memory, the second is nowhere: the trap names the
 * second, and nothing was stored. */
Test(pitfalls, p30_a_store_that_faults_in_its_second_page_leaves_the_first_as_it_was)
{
    const struct {
        uint64_t second, flags, cause;
        const char *what;
    } rows[] = {
        {DATA, 0, CAUSE_STORE_PAGE_FAULT, "not mapped"},
        {DATA, PTE_V | PTE_R | PTE_A, CAUSE_STORE_PAGE_FAULT, "read-only"},
        {NOWHERE, S_RWX, CAUSE_STORE_ACCESS_FAULT, "no memory"},
        {UART_BASE, S_RWX, CAUSE_STORE_ACCESS_FAULT, "a device"},
    };
    usual_space(MODE_S);
    uint64_t table = entry_at(0x5000, 0) & ~(uint64_t)(PAGE_SIZE - 1);
    const uint64_t firsts[] = {DATA, table};
    for (unsigned i = 0; i < 2 * (sizeof rows / sizeof *rows); i++) {
        uint64_t last = firsts[i % 2] + PAGE_SIZE - 4;
        map(0x5000, firsts[i % 2], S_RWX);
        map(0x6000, rows[i / 2].second, rows[i / 2].flags);
        once(SFENCE_ALL);
        poke(last, 4, 0x55aa55aa);
        w.hart->x[A0] = 0x0102030405060708;
        w.hart->x[A1] = 0x5ffc;
        once(SD(A0, A1));
        expect_trap(rows[i / 2].cause, 0x6000, CODE);
        cr_expect_eq(peek(last, 4), 0x55aa55aa, "%s, row %u", rows[i / 2].what, i);
        once(LD(A0, A1));
        cr_expect_eq(w.hart->x[A0],
                     rows[i / 2].flags & PTE_V && rows[i / 2].second == DATA
                         ? 0x55aa55aa | peek(DATA, 4) << 32
                         : 0x0102030405060708,
                     "%s, row %u", rows[i / 2].what, i);
    }
}

/* The width is one that the device takes, and yet it is no place for an AMO. */
Test(pitfalls, p30_an_amo_that_a_device_refuses_changes_nothing)
{
    w.hart->x[A1] = PLIC_BASE + 4 * 10; /* the priority of source 10 */
    w.hart->x[A2] = 3;
    once(s_type(INSN_sw, A1, A2, 0));
    w.hart->x[A0] = 99;
    w.hart->x[A2] = 5;
    once(r_type(INSN_amoswap_w, A0, A1, A2));
    expect_trap(CAUSE_STORE_ACCESS_FAULT, PLIC_BASE + 4 * 10, CODE);
    cr_expect_eq(w.hart->x[A0], 99);
    once(i_type(INSN_lw, A0, A1, 0));
    cr_expect_eq(w.hart->x[A0], 3);
}

Test(pitfalls, p31_interrupts_come_in_the_order_of_the_manual)
{
    static const struct {
        uint64_t pending, enabled;
        uint64_t irq;
    } rows[] = {
        {MIP_SEIP | MIP_SSIP | MIP_STIP, MIP_S, IRQ_SEI},
        {MIP_SSIP | MIP_STIP, MIP_S, IRQ_SSI},
        {MIP_STIP, MIP_S, IRQ_STI},
        {MIP_SEIP | MIP_SSIP | MIP_STIP, MIP_STIP | MIP_SSIP, IRQ_SSI},
        {MIP_SEIP | MIP_STIP, MIP_STIP, IRQ_STI},
    };
    program(HANDLER, NOP);
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        w.hart->mode = MODE_S;
        w.hart->csr.mstatus |= MSTATUS_SIE;
        w.hart->csr.mip = rows[i].pending;
        w.hart->csr.mie = rows[i].enabled;
        run(1);
        cr_expect_eq(w.hart->csr.scause, CAUSE_INTERRUPT | rows[i].irq, "row %u", i);
        cr_expect_eq(w.hart->pc, HANDLER + 4, "row %u", i);
    }
}

Test(pitfalls, p32_s_interrupts_are_open_in_u_whatever_sie_says_and_in_s_by_sie)
{
    usual_space(MODE_U);
    program(U_FRAME, NOP);
    program(CODE, NOP);
    program(HANDLER, NOP);
    w.hart->csr.mie = w.hart->csr.mip = MIP_SSIP;
    run(1);
    cr_expect_eq(w.hart->csr.scause, CAUSE_INTERRUPT | IRQ_SSI);
    cr_expect_eq(w.hart->csr.sepc, U_CODE);
    once(NOP);
    cr_expect_eq(w.hart->csr.scause, 0, "closed in S");
    w.hart->csr.mstatus |= MSTATUS_SIE;
    once(NOP);
    cr_expect_eq(w.hart->csr.sepc, CODE);
    cr_expect_eq(w.hart->csr.scause, CAUSE_INTERRUPT | IRQ_SSI);
}

/* Each of these opens the way for an interrupt that pends: it is taken before the next
 * instruction. */
Test(pitfalls, p32_what_opens_an_interrupt_lets_it_in_at_once)
{
    const struct {
        uint32_t word;
        uint64_t status, mie, mip;
        uint64_t epc;
    } rows[] = {
        {csr_type(INSN_csrrsi, ZERO, CSR_sstatus, MSTATUS_SIE), 0, MIP_SSIP, MIP_SSIP, CODE + 4},
        {csr_type(INSN_csrrsi, ZERO, CSR_sie, MIP_SSIP), MSTATUS_SIE, 0, MIP_SSIP, CODE + 4},
        {csr_type(INSN_csrrsi, ZERO, CSR_sip, MIP_SSIP), MSTATUS_SIE, MIP_SSIP, 0, CODE + 4},
        {SRET, MSTATUS_SPP | MSTATUS_SPIE, MIP_SSIP, MIP_SSIP, DATA},
        {SRET, 0, MIP_SSIP, MIP_SSIP, DATA}, /* to U */
    };
    uint64_t fixed = w.hart->csr.mstatus;
    program(HANDLER, NOP);
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        program(CODE, rows[i].word, LI(A0, 1));
        w.hart->mode = MODE_S;
        w.hart->pc = CODE;
        w.hart->csr.mstatus = fixed | rows[i].status;
        w.hart->csr.mie = rows[i].mie;
        w.hart->csr.mip = rows[i].mip;
        w.hart->csr.sepc = DATA;
        w.hart->csr.scause = w.hart->x[A0] = 0;
        run(2);
        cr_expect_eq(w.hart->csr.scause, CAUSE_INTERRUPT | IRQ_SSI, "row %u", i);
        cr_expect_eq(w.hart->csr.sepc, rows[i].epc, "row %u", i);
        cr_expect_eq(w.hart->pc, HANDLER + 4, "row %u", i);
        cr_expect_eq(w.hart->x[A0], 0, "row %u", i);
    }
}

/* A tick is ten steps: the timer at tick 5 is due when 50 steps are taken. */
Test(pitfalls, p32_a_timer_interrupts_at_its_exact_step)
{
    program(CODE, LOOP);
    program(HANDLER, LOOP);
    w.hart->csr.mstatus |= MSTATUS_SIE;
    w.hart->csr.mie = MIP_STIP;
    w.hart->csr.stimecmp = 5;
    platform_update(&w.vm->platform);
    run(50);
    cr_expect_eq(w.hart->pc, CODE);
    run(1);
    cr_expect_eq(w.hart->pc, HANDLER);
    cr_expect_eq(w.hart->csr.scause, CAUSE_INTERRUPT | IRQ_STI);
}

static void set_timer(uint64_t time)
{
    w.hart->x[A7] = SBI_EXT_TIME;
    w.hart->x[A6] = 0;
    w.hart->x[A0] = time;
    once(ECALL);
}

Test(pitfalls, p33_setting_the_timer_clears_its_pending_bit_at_once)
{
    set_timer(0);
    once(CSRR(A2, sip));
    cr_expect_eq(w.hart->x[A2], MIP_STIP);
    set_timer(~(uint64_t)0);
    once(CSRR(A2, sip));
    cr_expect_eq(w.hart->x[A2], 0);
}

Test(pitfalls, p35_a_device_is_reached_in_every_width_sign_and_compressed_form)
{
    enum { SCRATCH = 7 };
    w.hart->x[A1] = UART_BASE + SCRATCH;
    w.hart->x[A0] = 0x1280; /* the low byte counts */
    once(s_type(INSN_sb, A1, A0, 0));
    once(i_type(INSN_lb, A2, A1, 0));
    cr_expect_eq(w.hart->x[A2], (uint64_t)-128);
    once(i_type(INSN_lbu, A2, A1, 0));
    cr_expect_eq(w.hart->x[A2], 0x80);

    w.hart->x[A1] = PLIC_BASE + 0x2080; /* enable bits of context 1, sources 0 to 31 */
    w.hart->x[A0] = 0xffffffff80000400;
    once(s_type(INSN_sw, A1, A0, 0));
    once(i_type(INSN_lw, A2, A1, 0));
    uint64_t kept = w.hart->x[A2];
    cr_expect_eq(kept & 0x400, 0x400);
    once(i_type(INSN_lwu, A2, A1, 0));
    cr_expect_eq(w.hart->x[A2], kept & 0xffffffff);
    cr_expect_eq(kept >> 32, kept >> 31 & 1 ? 0xffffffff : 0, "lw extends the sign");

    w.hart->x[A0] = 0x400;
    once(0x0001c188); /* c.sw a0, 0(a1); c.nop */
    cr_expect_eq(w.hart->pc, CODE + 2);
    w.hart->x[A0] = 0;
    once(0x00014188); /* c.lw a0, 0(a1) */
    cr_expect_eq(w.hart->pc, CODE + 2);
    cr_expect_eq(w.hart->x[A0], 0x400);
}

Test(pitfalls, p35_a_width_that_the_device_refuses_is_an_access_fault)
{
    w.hart->x[A1] = UART_BASE + 4;
    const enum insn_id loads[] = {INSN_lh, INSN_lhu, INSN_lw, INSN_lwu, INSN_ld};
    for (unsigned i = 0; i < 5; i++) {
        once(i_type(loads[i], A0, A1, 0));
        expect_trap(CAUSE_LOAD_ACCESS_FAULT, UART_BASE + 4, CODE);
    }
    const enum insn_id stores[] = {INSN_sh, INSN_sw, INSN_sd};
    for (unsigned i = 0; i < 3; i++) {
        once(s_type(stores[i], A1, A0, 0));
        expect_trap(CAUSE_STORE_ACCESS_FAULT, UART_BASE + 4, CODE);
    }
    once(LR(A0, A1)); /* misaligned for it: 4 */
    cr_expect_eq(w.hart->csr.scause, CAUSE_LOAD_MISALIGNED);
    w.hart->x[A1] = UART_BASE;
    once(LR(A0, A1));
    expect_trap(CAUSE_LOAD_ACCESS_FAULT, UART_BASE, CODE);
    once(AMOADD(A0, A0, A1));
    expect_trap(CAUSE_STORE_ACCESS_FAULT, UART_BASE, CODE);
    once(JALR(A1));
    run(1);
    expect_trap(CAUSE_INSN_ACCESS_FAULT, UART_BASE, UART_BASE);
}

/* An SC that fails asks no device, and so reached none: that is no dishonest emulation. */
Test(pitfalls, p36_an_sc_to_a_device_fails_like_any_other)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX);
    map(0x6000, UART_BASE, S_RWX);
    w.hart->x[A1] = 0x5000;
    w.hart->x[A2] = 0x6000;
    once(LR(A0, A1));
    once(SC(A0, A0, A2));
    cr_expect_eq(w.hart->x[A0], 1);
    cr_expect_eq(w.hart->pc, CODE + 4);
    cr_expect_eq(w.vm->stats.emulated_direct, 0);
}

Test(pitfalls, p36_tables_that_point_to_themselves_end_as_a_fault)
{
    usual_space(MODE_S);
    poke(entry_at(0x40000000, 2), 8, entry(TABLES, PTE_V)); /* the root is its own child */
    w.hart->x[A1] = 0x40000000 + (1 << 21) + (1 << 12);     /* index 1, 1, 1: itself thrice */
    once(LD(A0, A1));
    expect_trap(CAUSE_LOAD_PAGE_FAULT, w.hart->x[A1], CODE);
}

Test(pitfalls, p41_a_hidden_exit_between_lr_and_sc_keeps_the_reservation)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX & ~PTE_D); /* SC has a hidden fault of its own */
    map(0x6000, DATA + PAGE_SIZE, S_RWX);
    program(CODE, LR(A0, A1), LD(A3, A2), SC(A4, A5, A1));
    w.hart->x[A1] = 0x5008;
    w.hart->x[A2] = 0x6000; /* not in the shadow yet */
    w.hart->x[A4] = 99;
    w.hart->x[A5] = 0x1234;
    for (int i = 0; i < 3; i++)
        run(1); /* and slices of the budget between them */
    cr_expect_eq(w.hart->x[A4], 0);
    cr_expect_eq(peek(DATA + 8, 8), 0x1234);
}

Test(pitfalls, p41_a_reservation_survives_an_emulated_instruction_but_not_its_sc)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX);
    program(CODE, LR(A0, A1), CSRR(A3, sscratch), SC(A4, A5, A1), SC(A2, A5, A1), LOOP);
    w.hart->x[A1] = 0x5008;
    w.hart->x[A4] = 99;
    EXPECT_SAME(5);
    cr_expect_eq(w.hart->x[A4], 0);
    cr_expect_eq(w.hart->x[A2], 1);
}

Test(pitfalls, p42_each_way_of_executing_counts_its_steps)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX & ~PTE_D);
    w.hart->x[A1] = 0x5000;
    w.hart->x[A7] = SBI_EXT_BASE;
    const struct {
        uint32_t word;
        unsigned retired;
        const char *what;
    } rows[] = {
        {NOP, 1, "direct"},
        {CSRR(A2, sscratch), 1, "emulated"},
        {LD(A2, A1), 1, "a hidden fault, then direct"},
        {SD(A2, A1), 1, "a hidden fault for D, then direct"},
        {ECALL, 0, "answered by the firmware"},
        {EBREAK, 0, "reflected"},
        {0xffffffff, 0, "illegal"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t before = steps(), cycles = w.hart->csr.mcycle, retired = w.hart->csr.minstret;
        once(rows[i].word);
        cr_expect_eq(steps() - before, 1, "%s", rows[i].what);
        cr_expect_eq(w.hart->csr.mcycle - cycles, 1, "%s", rows[i].what);
        cr_expect_eq(w.hart->csr.minstret - retired, rows[i].retired, "%s", rows[i].what);
    }
}

Test(pitfalls, p42_a_trap_vector_that_traps_forever_retires_nothing_but_steps)
{
    w.hart->csr.stvec = NOWHERE;
    program(CODE, EBREAK);
    cr_expect_eq(run(1000), STOP_LIMIT);
    cr_expect_eq(steps(), 1000);
    cr_expect_eq(w.hart->csr.minstret, 0);
    cr_expect_eq(w.hart->csr.mcycle, 1000);
    cr_expect_eq(w.hart->csr.scause, CAUSE_INSN_ACCESS_FAULT);
}
