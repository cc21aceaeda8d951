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
