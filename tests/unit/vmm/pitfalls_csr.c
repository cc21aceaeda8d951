/* P19 to P28: privileged instructions on the virtual state.
 * Numbers are those of the pitfalls of a shadow-paging VMM; each test is the right behaviour. */
#include "world.h"

TestSuite(pitfalls, .init = world_new, .fini = world_end);

Test(pitfalls, p19_csrrs_of_x0_does_not_write_and_a_zero_in_another_register_does)
{
    w.hart->x[A1] = 0;
    once(csr_type(INSN_csrrs, A0, CSR_cycle, ZERO));
    cr_expect_eq(w.hart->pc, CODE + 4);
    const uint32_t writes[] = {
        csr_type(INSN_csrrs, A0, CSR_cycle, A1),   csr_type(INSN_csrrc, A0, CSR_cycle, A1),
        csr_type(INSN_csrrw, A0, CSR_cycle, ZERO), csr_type(INSN_csrrwi, A0, CSR_cycle, 0),
        csr_type(INSN_csrrsi, A0, CSR_cycle, 1),
    };
    for (unsigned i = 0; i < sizeof writes / sizeof *writes; i++) {
        w.hart->x[A0] = 99;
        once(writes[i]);
        expect_trap(CAUSE_ILLEGAL_INSN, writes[i], CODE);
        cr_expect_eq(w.hart->x[A0], 99, "row %u", i);
    }
    once(csr_type(INSN_csrrsi, A0, CSR_cycle, 0));
    cr_expect_eq(w.hart->pc, CODE + 4);
    w.hart->csr.sscratch = 5;
    once(csr_type(INSN_csrrw, ZERO, CSR_sscratch, ZERO));
    cr_expect_eq(w.hart->csr.sscratch, 0, "csrrw writes whatever rs1 is");
}

Test(pitfalls, p20_rd_may_be_rs1_and_x0_is_a_sink)
{
    w.hart->csr.sscratch = 11;
    w.hart->x[A1] = 22;
    once(csr_type(INSN_csrrw, A1, CSR_sscratch, A1));
    cr_expect_eq(w.hart->x[A1], 11);
    cr_expect_eq(w.hart->csr.sscratch, 22);
    w.hart->x[A1] = 0x4;
    once(csr_type(INSN_csrrs, A1, CSR_sscratch, A1));
    cr_expect_eq(w.hart->x[A1], 22);
    cr_expect_eq(w.hart->csr.sscratch, 22 | 4);
    once(csr_type(INSN_csrrs, ZERO, CSR_sscratch, ZERO));
    cr_expect_eq(w.hart->x[ZERO], 0);
    w.hart->x[A1] = UART_BASE + 5;
    once(i_type(INSN_lbu, ZERO, A1, 0)); /* emulated too */
    cr_expect_eq(w.hart->x[ZERO], 0);
    cr_expect_eq(w.hart->pc, CODE + 4);
}

Test(pitfalls, p21_a_csr_that_is_not_the_guests_is_its_illegal_instruction)
{
    static const unsigned refused[] = {
        0x9ff,                             /* unknown */
        0x015,                             /* seed, of an extension that is not there */
        CSR_mstatus, CSR_mhartid, CSR_mip, /* of M */
        0x3b0,                             /* pmpaddr0 */
    };
    usual_space(MODE_S);
    for (unsigned i = 0; i < sizeof refused / sizeof *refused; i++) {
        uint32_t word = csr_type(INSN_csrrs, A0, refused[i], ZERO);
        w.hart->x[A0] = 99;
        once(word);
        expect_trap(CAUSE_ILLEGAL_INSN, word, CODE);
        cr_expect_eq(w.hart->x[A0], 99, "row %u", i);
    }
}

Test(pitfalls, p22_sstatus_sie_and_sip_are_views_filtered_by_mideleg)
{
    uint64_t status = w.hart->csr.mstatus;
    w.hart->x[A1] = ~(uint64_t)0;
    once(CSRW(sstatus, A1));
    cr_expect_eq(w.hart->csr.mstatus, status | MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP |
                                          MSTATUS_SUM | MSTATUS_MXR | MSTATUS_FS);
    once(CSRR(A0, sstatus));
    cr_expect_eq(w.hart->x[A0], MSTATUS_UXL_64 | MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP |
                                    MSTATUS_SUM | MSTATUS_MXR | MSTATUS_FS | MSTATUS_SD);
    w.hart->csr.mstatus = status; /* no interrupts */
    w.hart->csr.mideleg = MIP_SSIP | MIP_STIP;
    once(CSRW(sie, A1));
    cr_expect_eq(w.hart->csr.mie, MIP_SSIP | MIP_STIP);
    once(CSRW(sip, A1));
    cr_expect_eq(w.hart->csr.mip, MIP_SSIP, "the rest is not for S to raise");
    w.hart->wires = MIP_STIP | MIP_SEIP;
    once(CSRR(A0, sip));
    cr_expect_eq(w.hart->x[A0], MIP_SSIP | MIP_STIP, "SEI is not delegated");
}

Test(pitfalls, p22_a_read_modify_write_of_sip_leaves_the_wires_to_themselves)
{
    w.hart->wires = MIP_SEIP;
    w.hart->x[A1] = MIP_SSIP;
    once(csr_type(INSN_csrrs, A0, CSR_sip, A1));
    cr_expect_eq(w.hart->x[A0], MIP_SEIP);
    cr_expect_eq(w.hart->csr.mip, MIP_SSIP);
}

Test(pitfalls, p23_registers_keep_legal_values_only)
{
    static const struct {
        unsigned csr;
        uint64_t written, kept;
    } rows[] = {
        {CSR_sepc, 0x1235, 0x1234},
        {CSR_stvec, 0x80001001, 0x80001001},
        {CSR_stvec, 0x80002002, 0x80001001}, /* a reserved mode: as before */
        {CSR_scounteren, ~(uint64_t)0, 0xffffffff},
        {CSR_senvcfg, ~(uint64_t)0, 1},
        {CSR_satp, ASID(0xffff) | 0xabc, ASID(0xffff) | 0xabc}, /* sixteen bits of ASID, Bare */
        {CSR_scause, ~(uint64_t)0, ~(uint64_t)0},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        w.hart->x[A1] = rows[i].written;
        once(csr_type(INSN_csrrw, ZERO, rows[i].csr, A1));
        uint64_t kept;
        csr_peek(w.hart, &w.vm->port, rows[i].csr, &kept);
        cr_expect_eq(kept, rows[i].kept, "row %u: %lx", i, kept);
    }
}

Test(pitfalls, p24_sret_goes_where_spp_says_and_restores_sie)
{
    static const struct {
        uint64_t before, after;
        enum mode mode;
    } rows[] = {
        {0, MSTATUS_SPIE, MODE_U},
        {MSTATUS_SPP, MSTATUS_SPIE, MODE_S},
        {MSTATUS_SPP | MSTATUS_SPIE, MSTATUS_SPIE | MSTATUS_SIE, MODE_S},
        {MSTATUS_SPIE | MSTATUS_SUM, MSTATUS_SPIE | MSTATUS_SIE | MSTATUS_SUM, MODE_U},
        {MSTATUS_SIE, MSTATUS_SPIE, MODE_U},
        {MSTATUS_MPRV | MSTATUS_SPP, MSTATUS_SPIE, MODE_S},
    };
    uint64_t fixed = w.hart->csr.mstatus;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        program(CODE, SRET);
        w.hart->mode = MODE_S;
        w.hart->pc = CODE;
        w.hart->csr.mstatus = fixed | rows[i].before;
        w.hart->csr.sepc = DATA;
        run(1);
        cr_expect_eq(w.hart->mode, rows[i].mode, "row %u", i);
        cr_expect_eq(w.hart->csr.mstatus, fixed | rows[i].after, "row %u", i);
        cr_expect_eq(w.hart->pc, DATA, "row %u", i);
    }
}

Test(pitfalls, p24_tsr_tvm_and_tw_bind_virtual_s)
{
    const struct {
        uint64_t bit;
        uint32_t word;
    } rows[] = {
        {MSTATUS_TSR, SRET},           {MSTATUS_TVM, SFENCE_ALL}, {MSTATUS_TVM, CSRR(A0, satp)},
        {MSTATUS_TVM, CSRW(satp, A0)}, {MSTATUS_TW, WFI},         {0, MRET},
    };
    uint64_t fixed = w.hart->csr.mstatus;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        w.hart->csr.mstatus = fixed | rows[i].bit;
        once(rows[i].word);
        expect_trap(CAUSE_ILLEGAL_INSN, rows[i].word, CODE);
    }
}

Test(pitfalls, p25_an_exception_saves_sie_and_spp_and_is_not_vectored)
{
    usual_space(MODE_S);
    w.hart->csr.stvec = HANDLER | TVEC_VECTORED;
    w.hart->csr.mstatus |= MSTATUS_SIE;
    once(EBREAK);
    expect_trap(CAUSE_BREAKPOINT, CODE, CODE);
    cr_expect_eq(w.hart->csr.mstatus & (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP),
                 MSTATUS_SPIE | MSTATUS_SPP);
    program(U_FRAME, ECALL);
    w.hart->mode = MODE_U;
    w.hart->pc = U_CODE;
    run(1);
    expect_trap(CAUSE_ECALL_U, 0, U_CODE);
    cr_expect_eq(w.hart->csr.mstatus & (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP), 0);
}

Test(pitfalls, p25_an_interrupt_writes_tval_0_and_is_vectored)
{
    usual_space(MODE_U);
    w.hart->csr.stvec = HANDLER | TVEC_VECTORED;
    w.hart->csr.stval = 0x1234;
    w.hart->csr.mie = w.hart->csr.mip = MIP_SSIP;
    program(HANDLER + 4, LI(A0, 1));
    run(1);
    cr_expect_eq(w.hart->pc, HANDLER + 8);
    cr_expect_eq(w.hart->x[A0], 1);
    cr_expect_eq(w.hart->csr.scause, CAUSE_INTERRUPT | IRQ_SSI);
    cr_expect_eq(w.hart->csr.stval, 0);
    cr_expect_eq(w.hart->csr.sepc, U_CODE);
}

Test(pitfalls, p26_what_is_privileged_is_reflected_from_u_and_emulated_in_s)
{
    const uint32_t words[] = {SRET, WFI, SFENCE_ALL, CSRR(A0, sscratch), CSRW(satp, A0)};
    usual_space(MODE_S);
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        program(U_FRAME, words[i]);
        w.hart->mode = MODE_U;
        w.hart->pc = U_CODE;
        run(1);
        expect_trap(CAUSE_ILLEGAL_INSN, words[i], U_CODE);
    }
    uint64_t reflected = w.vm->stats.reflected;
    w.hart->x[A0] = w.hart->csr.satp;
    w.hart->csr.mie = w.hart->csr.mip = MIP_SSIP; /* so that wfi goes on */
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i] != CSRR(A0, sscratch))
            once(words[i]);
    cr_expect_eq(w.vm->stats.reflected, reflected);
}

Test(pitfalls, p26_the_guest_sees_8_or_9_where_the_hart_says_8)
{
    usual_space(MODE_U);
    program(U_FRAME, ECALL);
    run(1);
    expect_trap(CAUSE_ECALL_U, 0, U_CODE);
    w.hart->csr.medeleg |= 1 << CAUSE_ECALL_S; /* as a firmware could */
    once(ECALL);
    expect_trap(CAUSE_ECALL_S, 0, CODE);
    cr_expect_eq(exits(EXIT_ECALL), 2);
}

Test(pitfalls, p26_the_firmware_answers_s_and_never_u)
{
    usual_space(MODE_S);
    w.hart->x[A7] = SBI_EXT_BASE;
    w.hart->x[A6] = 0; /* sbi_get_spec_version */
    w.hart->x[A0] = 99;
    once(ECALL);
    cr_expect_eq(w.hart->x[A0], 0);
    cr_expect_eq(w.hart->x[A1], 0x01000000);
    cr_expect_eq(w.hart->pc, CODE + 4);
    program(U_FRAME, ECALL);
    w.hart->mode = MODE_U;
    w.hart->pc = U_CODE;
    w.hart->x[A1] = 99;
    run(1);
    expect_trap(CAUSE_ECALL_U, 0, U_CODE);
    cr_expect_eq(w.hart->x[A1], 99);
}

Test(pitfalls, p27_a_trapped_instruction_may_cross_a_page)
{
    uint32_t word = CSRR(A0, sscratch);
    usual_space(MODE_S);
    map(0x5000, DATA, S_RX);
    map(0x6000, DATA + 5 * PAGE_SIZE, S_RX);
    poke(DATA + 0xffe, 2, word & 0xffff);
    poke(DATA + 5 * PAGE_SIZE, 2, word >> 16);
    w.hart->csr.sscratch = 77;
    w.hart->pc = 0x5ffe;
    run(1);
    cr_expect_eq(w.hart->x[A0], 77);
    cr_expect_eq(w.hart->pc, 0x6002);
}

Test(pitfalls, p27_the_second_half_of_a_trapped_instruction_may_fault)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RX);
    poke(DATA + 0xffe, 2, CSRR(A0, sscratch) & 0xffff);
    w.hart->pc = 0x5ffe;
    run(1);
    expect_trap(CAUSE_INSN_PAGE_FAULT, 0x6000, 0x5ffe);
}

/* The shadow still holds the page that made the hart trap, the guest's tables another. Either may
 * be seen, but one of them whole. */
Test(pitfalls, p27_an_instruction_that_changed_since_the_trap_is_the_old_or_the_new)
{
    const struct {
        uint32_t old, new;
        const char *what;
    } rows[] = {
        {CSRR(A0, sscratch), ECALL, "a call of the firmware"},
        {CSRR(A0, sscratch), LI(A0, 7), "an addition"},
        {CSRR(A0, sscratch), EBREAK, "a breakpoint"},
        {CSRR(A0, sscratch), i_type(INSN_lbu, A0, A1, 0), "a load from a device"},
        {i_type(INSN_lbu, A0, A1, 0), LI(A0, 7), "a load that became an addition"},
        {i_type(INSN_lbu, A0, A1, 0), ECALL, "a load that became a call"},
        {CSRR(A0, sscratch), insn_table[INSN_fadd_d].match, "an addition of doubles"},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    usual_space(MODE_S);
    map(UART_BASE, UART_BASE, S_RWX);
    w.hart->csr.mstatus |= MSTATUS_FS;
    for (unsigned n = 0; n < 2 * ROWS; n++) {
        unsigned i = n % ROWS;
        w.vm->config.is_silent = n >= ROWS;
        program(DATA, NOP, rows[i].old);
        program(DATA + PAGE_SIZE, NOP, rows[i].new);
        map(0x5000, DATA, S_RX);
        once(SFENCE_ALL);
        w.hart->pc = 0x5000;
        run(1); /* now the shadow has it */
        map(0x5000, DATA + PAGE_SIZE, S_RX);
        w.hart->csr.sscratch = 77;
        w.hart->x[A1] = UART_BASE + 5;
        w.hart->x[A7] = SBI_EXT_BASE;
        w.hart->x[A6] = 0;
        run(1);
        bool went_on = w.hart->pc == 0x5008;
        bool broke = w.hart->pc == HANDLER && w.hart->csr.scause == CAUSE_BREAKPOINT;
        cr_expect_eq(w.hart->mode, MODE_S, "%s", rows[i].what);
        cr_expect(rows[i].new == EBREAK ? went_on || broke : went_on, "%s: pc %lx cause %ld",
                  rows[i].what, w.hart->pc, w.hart->csr.scause);
    }
    cr_expect_eq(w.vm->stats.emulated_direct, 0);
}

Test(pitfalls, p28_wfi_waits_for_what_is_pending_and_enabled_whatever_sie_says)
{
    program(CODE, WFI, LI(A0, 1), LOOP);
    w.hart->csr.mie = MIP_STIP;
    w.hart->csr.stimecmp = 100; /* ticks */
    platform_update(&w.vm->platform);
    cr_expect_eq(run(2), STOP_LIMIT);
    cr_expect_eq(w.hart->x[A0], 1, "it goes on behind the wfi");
    cr_expect_eq(w.hart->pc, CODE + 8);
    cr_expect_eq(steps(), 2, "waiting takes no step");
    cr_expect_geq(platform_time(&w.vm->platform), 100);
}

Test(pitfalls, p28_wfi_goes_on_at_once_when_something_pends_and_waits_for_good_when_nothing_can)
{
    program(CODE, WFI, WFI);
    w.hart->csr.mie = w.hart->csr.mip = MIP_SSIP;
    run(1);
    cr_expect_eq(w.hart->pc, CODE + 4);
    cr_expect_not(w.hart->waiting);
    w.hart->csr.mie = 0;
    cr_expect_eq(run(100), STOP_IDLE);
    cr_expect_eq(steps(), 2);
    cr_expect_eq(exits(EXIT_PRIVILEGED), 2, "it does not spin");
}
