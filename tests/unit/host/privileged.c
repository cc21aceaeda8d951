/* What privileged software does to the machine, bare by both engines and in a VM. */
#include "program.h"

Test(privileged, an_inhibited_counter_stands_still_everywhere)
{
    struct board_config config = bare_board();
    set_csr(CSR_mcountinhibit, 5);
    read_csr(S2, CSR_minstret);
    read_csr(S3, CSR_mcycle);
    for (int i = 0; i < 10; i++)
        i_type(INSN_addi, T1, T1, 1);
    read_csr(S4, CSR_minstret);
    read_csr(S5, CSR_mcycle);
    power_off();
    struct machine *machine = run_everywhere(&config, 10000);
    const uint64_t *x = machine->hart[0].x;
    cr_expect_eq(x[S2], 11, "the eleven of li, not the csrw itself");
    cr_expect_eq(x[S4], x[S2]);
    cr_expect_eq(x[S3], x[S2]);
    cr_expect_eq(x[S5], x[S3]);
    machine_free(machine);
}

/* M programs stimecmp for tick 50 and counts instructions until its handler is entered. */
Test(privileged, stimecmp_interrupts_at_its_tick_to_the_step)
{
    struct board_config config = bare_board();
    branch(INSN_beq, 0, 0, here() + 8);
    branch(INSN_beq, 0, 0, here() + 0x400); /* the handler's jump */
    set_csr(CSR_mtvec, RAM_BASE + 4);
    set_csr(CSR_menvcfg, MENVCFG_STCE);
    set_csr(CSR_mie, MIP_STIP);
    set_csr(CSR_stimecmp, 50);
    i_type(INSN_csrrsi, 0, MSTATUS_MIE, CSR_mstatus);
    uint64_t loop = here();
    i_type(INSN_addi, A0, A0, 1);
    branch(INSN_beq, 0, 0, loop);
    program.count = 1 + 0x400 / 4;
    read_csr(S2, CSR_mcycle);
    read_csr(S3, CSR_mip);
    read_csr(S4, CSR_mcause);
    li(T0, ~(uint64_t)0);
    i_type(INSN_csrrw, 0, T0, CSR_stimecmp);
    read_csr(S5, CSR_mip); /* the wire has gone in the same step */
    power_off();
    struct machine *machine = run_everywhere(&config, 100000);
    const uint64_t *x = machine->hart[0].x;
    cr_expect_eq(x[S2], 501, "tick 50 is step 500; the jump of the vector is one");
    cr_expect_eq(x[S3], MIP_STIP);
    cr_expect_eq(x[S4], CAUSE_INTERRUPT | IRQ_STI);
    cr_expect_eq(x[S5], 0);
    machine_free(machine);
}

Test(privileged, a_stimecmp_in_the_past_interrupts_before_the_next_instruction)
{
    struct board_config config = bare_board();
    set_csr(CSR_mtvec, RAM_BASE + 0x400);
    set_csr(CSR_stimecmp, 0);
    set_csr(CSR_mie, MIP_STIP);
    i_type(INSN_csrrsi, 0, MSTATUS_MIE, CSR_mstatus);
    set_csr(CSR_menvcfg, MENVCFG_STCE); /* this opens it */
    uint64_t after = here();
    for (int i = 0; i < 5; i++)
        i_type(INSN_addi, A0, A0, 1);
    program.count = 0x400 / 4;
    read_csr(S2, CSR_mepc);
    power_off();
    struct machine *machine = run_everywhere(&config, 100000);
    cr_expect_eq(machine->hart[0].x[S2], after);
    cr_expect_eq(machine->hart[0].x[A0], 0);
    machine_free(machine);
}

Test(privileged, wfi_wakes_at_stimecmp)
{
    struct board_config config = bare_board();
    set_csr(CSR_menvcfg, MENVCFG_STCE);
    set_csr(CSR_mie, MIP_STIP);
    set_csr(CSR_stimecmp, 3000);
    plain(INSN_wfi);
    read_csr(S2, CSR_time);
    power_off();
    struct machine *machine = run_everywhere(&config, 100000);
    cr_expect_eq(machine->hart[0].x[S2], 3000);
    machine_free(machine);
}

/* Built-in firmware opens stimecmp, and its own timer call sets it: one timer, as under OpenSBI. */
Test(privileged, the_timer_call_and_stimecmp_are_one_timer)
{
    struct board_config config = bare_board();
    config.firmware = FIRMWARE_BUILTIN;
    i_type(INSN_csrrs, S2, 0, CSR_stimecmp);
    li(A0, 700);
    li(17, SBI_EXT_TIME);
    li(16, 0);
    plain(INSN_ecall);
    read_csr(S3, CSR_stimecmp);
    li(T0, MIP_STIP);
    i_type(INSN_csrrw, 0, T0, CSR_sie);
    plain(INSN_wfi);
    read_csr(S4, CSR_time);
    read_csr(S5, CSR_sip);
    power_off();
    struct machine *machine = run_everywhere(&config, 100000);
    const uint64_t *x = machine->hart[0].x;
    cr_expect_eq(x[S2], NEVER);
    cr_expect_eq(x[S3], 700);
    cr_expect_eq(x[S4], 700);
    cr_expect_eq(x[S5], MIP_STIP);
    machine_free(machine);
}

/* S is given a page by TOR but for a word in its middle, and tries three words of it. */
Test(privileged, the_pmp_guards_a_word_within_a_page)
{
    struct board_config config = bare_board();
    set_csr(CSR_mtvec, RAM_BASE + 0x1000);
    set_csr(CSR_pmpaddr, (RAM_BASE + 0x3004) >> 2);
    set_csr(CSR_pmpaddr + 1, ((uint64_t)1 << 54) - 1);
    set_csr(CSR_pmpcfg0, 0x1f10);
    li(S2, RAM_BASE + 0x3000);
    go_to(MODE_S);
    for (int round = 0; round < 3; round++) {
        i_type(INSN_lw, T1, S2, 0);
        i_type(INSN_addi, A0, A0, 1);
        store(INSN_sw, A0, 8, S2);
        i_type(INSN_lw, T1, S2, 8);
        r_type(INSN_add, S5, S5, T1);
    }
    i_type(INSN_lw, T1, S2, 4);
    program.count = 0x1000 / 4;
    read_csr(S3, CSR_mcause);
    read_csr(S4, CSR_mtval);
    power_off();
    struct machine *machine = run_everywhere(&config, 100000);
    const uint64_t *x = machine->hart[0].x;
    cr_expect_eq(x[A0], 3);
    cr_expect_eq(x[S5], 1 + 2 + 3);
    cr_expect_eq(x[S3], CAUSE_LOAD_ACCESS_FAULT);
    cr_expect_eq(x[S4], RAM_BASE + 0x3004);
    machine_free(machine);
}

/* A page that was open and used is closed: the next access faults. */
Test(privileged, a_pmp_write_takes_effect_at_once)
{
    struct board_config config = bare_board();
    set_csr(CSR_mtvec, RAM_BASE + 0x1000);
    li(S2, RAM_BASE + 0x3000);
    i_type(INSN_lw, T1, S2, 0);
    store(INSN_sw, T1, 0, S2);
    set_csr(CSR_pmpaddr, (RAM_BASE + 0x3000) >> 2 | 0x1ff);
    set_csr(CSR_pmpcfg0, 0x99); /* locked, read only */
    i_type(INSN_lw, T1, S2, 0);
    store(INSN_sw, T1, 0, S2);
    program.count = 0x1000 / 4;
    read_csr(S3, CSR_mcause);
    power_off();
    struct machine *machine = run_everywhere(&config, 100000);
    cr_expect_eq(machine->hart[0].x[S3], CAUSE_STORE_ACCESS_FAULT);
    machine_free(machine);
}

/* Under MPRV M's data go through S's tables, its fetches do not: a gigapage maps 0 to RAM. */
Test(privileged, mprv_translates_data_alone)
{
    struct board_config config = bare_board();
    set_csr(CSR_pmpaddr, ((uint64_t)1 << 54) - 1);
    set_csr(CSR_pmpcfg0, 0x1f);
    li(S2, RAM_BASE + 0x3000);
    li(T1, (uint64_t)RAM_BASE >> PAGE_SHIFT << PTE_PPN_SHIFT | 0xcf);
    store(INSN_sd, T1, 0, S2);
    store(INSN_sd, S2, 8, S2);
    set_csr(CSR_satp, (uint64_t)8 << 60 | (RAM_BASE + 0x3000) >> PAGE_SHIFT);
    li(S3, 0x3000);
    li(T1, MSTATUS_MPRV | 1 << MSTATUS_MPP_SHIFT);
    i_type(INSN_csrrs, 0, T1, CSR_mstatus);
    i_type(INSN_ld, S4, S3, 8);
    i_type(INSN_csrrc, 0, T1, CSR_mstatus);
    power_off();
    struct machine *machine = run_everywhere(&config, 100000);
    cr_expect_eq(machine->hart[0].x[S4], RAM_BASE + 0x3000);
    cr_expect_eq(machine->platform.s.stop, STOP_POWEROFF);
    machine_free(machine);
}

Test(privileged, a_misaligned_load_traps_where_it_was_asked_to)
{
    struct board_config config = bare_board();
    config.isa &= ~ISA(Zicclsm);
    set_csr(CSR_mtvec, RAM_BASE + 0x1000);
    li(S2, RAM_BASE + 0x3000);
    i_type(INSN_lw, T1, S2, 0);
    i_type(INSN_lw, T1, S2, 2);
    program.count = 0x1000 / 4;
    read_csr(S3, CSR_mcause);
    read_csr(S4, CSR_mtval);
    power_off();
    struct machine *machine = run_everywhere(&config, 100000);
    cr_expect_eq(machine->hart[0].x[S3], CAUSE_LOAD_MISALIGNED);
    cr_expect_eq(machine->hart[0].x[S4], RAM_BASE + 0x3002);
    machine_free(machine);
}

/* The program's image has no symbols, so the test says where tohost is; in a VM, boot_tohost. */
static struct fixed_tohost {
    uint64_t pa;
} at_tohost = {RAM_BASE + 0x3000};

static struct machine *run_htif(const struct board_config *config, uint64_t steps)
{
    prepare(config);
    struct machine *machine = NULL;
    for (int engine = 0; engine < 2; engine++) {
        machine_free(machine);
        machine = machine_new(config, engine ? ENGINE_BLOCK : ENGINE_STEP);
        machine_boot(machine, &program_boot);
        machine->platform.tohost = at_tohost.pa;
        machine_run(machine, steps);
    }
    return machine;
}

Test(privileged, a_store_to_tohost_ends_the_run_with_its_status)
{
    static const struct {
        uint64_t word;
        int status;
    } rows[] = {{1, 0}, {3, 1}, {7 << 1 | 1, 7}, {(uint64_t)1000 << 1 | 1, 255}};
    struct board_config config = bare_board();
    for (unsigned i = 0; i < 4; i++) {
        program.count = 0;
        li(S2, at_tohost.pa);
        li(T1, rows[i].word);
        store(INSN_sd, 0, 8, S2); /* beside it */
        store(INSN_sd, T1, 0, S2);
        branch(INSN_beq, 0, 0, here());
        struct machine *machine = run_htif(&config, 100000);
        cr_expect_eq(machine->platform.s.stop, STOP_POWEROFF, "row %u", i);
        cr_expect_eq(machine->platform.s.status, rows[i].status, "row %u", i);
        cr_expect_eq(machine->platform.s.clock.steps, 24, "at the step of the store");
        machine_free(machine);
    }
}

Test(privileged, a_console_word_in_halves_writes_one_byte_and_a_low_word_alone_ends_the_run)
{
    struct board_config config = bare_board();
    li(S2, at_tohost.pa);
    li(T1, 'A'); /* odd: were it read alone, it would end the run */
    store(INSN_sw, T1, 0, S2);
    li(T2, 0x01010000);
    store(INSN_sw, T2, 4, S2);
    i_type(INSN_ld, S3, S2, 0);
    li(T1, 5);
    store(INSN_sw, T1, 0, S2);
    branch(INSN_beq, 0, 0, here());
    struct machine *machine = run_htif(&config, 100000);
    cr_expect_eq(machine->platform.s.output_count, 1);
    cr_expect_eq(machine->hart[0].x[S3], 0, "what was read is cleared");
    cr_expect_eq(machine->platform.s.stop, STOP_POWEROFF);
    cr_expect_eq(machine->platform.s.status, 2);
    machine_free(machine);
}

/* Hart 0 stores a console word in halves, and all of hart 1's long turn comes between them. */
Test(privileged, a_console_word_in_halves_is_whole_whatever_other_harts_do_between)
{
    struct board_config config = bare_board();
    config.harts = 2;
    config.quantum = 30000;
    program.count = 0;
    read_csr(T0, CSR_mhartid);
    branch(INSN_bne, T0, 0, here());
    li(S2, at_tohost.pa);
    li(T1, 'A');
    li(T2, 0x01010000);
    li(A0, 14970);
    uint64_t loop = here();
    i_type(INSN_addi, A0, A0, -1);
    branch(INSN_bne, A0, 0, loop);
    store(INSN_sw, T1, 0, S2);
    read_csr(S3, CSR_time);
    for (int i = 0; i < 20; i++)
        i_type(INSN_addi, 0, 0, 0);
    read_csr(S4, CSR_time);
    store(INSN_sw, T2, 4, S2);
    li(T1, 1);
    store(INSN_sd, T1, 0, S2);
    branch(INSN_beq, 0, 0, here());
    struct machine *machine = run_htif(&config, 1000000);
    cr_expect_gt(machine->hart[0].x[S4] - machine->hart[0].x[S3], 2000, "the turn came between");
    cr_expect_eq(machine->platform.s.output_count, 1);
    cr_expect_eq(machine->platform.s.stop, STOP_POWEROFF);
    cr_expect_eq(machine->platform.s.status, 0);
    machine_free(machine);
}

/* Hart 0 reserves a word, and lets `turns` of the other pass before its SC. Hart 1 stores `offset`
 * bytes from that word all the while. Gives what SC gave. */
static uint64_t sc_after_turns(int offset)
{
    struct board_config config = bare_board();
    config.harts = 2;
    config.quantum = 7;
    program.count = 0;
    li(S2, RAM_BASE + 0x3000);
    read_csr(T0, CSR_mhartid);
    unsigned at = program.count;
    emit(0);
    r_type(INSN_lr_w, T1, S2, 0);
    for (int i = 0; i < 40; i++)
        i_type(INSN_addi, A2, A2, 1);
    r_type(INSN_sc_w, S3, S2, T1);
    power_off();
    uint64_t other = here();
    program.count = at;
    branch(INSN_bne, T0, 0, other);
    program.count = (unsigned)((other - RAM_BASE) / 4);
    for (int i = 0; i < 30; i++)
        store(INSN_sw, T0, offset, S2);
    branch(INSN_beq, 0, 0, here());
    struct machine *machine = run_everywhere(&config, 5000);
    cr_expect_eq(machine->platform.s.stop, STOP_POWEROFF);
    uint64_t failed = machine->hart[0].x[S3];
    machine_free(machine);
    return failed;
}

Test(privileged, p41_another_harts_store_breaks_a_reservation_and_a_turn_does_not)
{
    cr_expect_eq(sc_after_turns(0), 1, "to the word");
    cr_expect_eq(sc_after_turns(4), 1, "to its doubleword");
    cr_expect_eq(sc_after_turns(8), 0, "beside it");
    cr_expect_eq(sc_after_turns(-4), 0, "beside it");
}
