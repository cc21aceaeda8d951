/* The built-in firmware, by the RISC-V SBI specification 1.0 (and DBCN of 2.0). */
#include "sbi.h"

#include <criterion/criterion.h>

#include "fixture.h"
#include "trap.h"

static struct fixture *world;

static void given_a_supervisor(void)
{
    world = fixture_reset(true);
    sbi_enter(&world->hart[0], RAM_BASE, 0, RAM_BASE + 0x8000);
}

static int64_t call(uint64_t extension, uint64_t function, uint64_t a0, uint64_t a1, uint64_t a2,
                    uint64_t a3)
{
    struct hart *hart = &world->hart[0];
    uint64_t args[] = {a0, a1, a2, a3, 0, 0, function, extension};
    memcpy(&hart->x[X_A0], args, sizeof args);
    cr_expect(platform_takes(&world->platform, hart, (struct trap){.cause = CAUSE_ECALL_S}));
    return (int64_t)hart->x[X_A0];
}

static uint64_t value(void)
{
    return world->hart[0].x[X_A1];
}

TestSuite(sbi, .init = given_a_supervisor);

Test(sbi, a_supervisor_starts_with_its_number_and_its_tree)
{
    struct hart *hart = &world->hart[0];
    cr_expect_eq(hart->mode, MODE_S);
    cr_expect_eq(hart->pc, RAM_BASE);
    cr_expect_eq(hart->x[X_A0], 0);
    cr_expect_eq(hart->x[X_A1], RAM_BASE + 0x8000);
    cr_expect_eq(hart->csr.satp, 0);
    cr_expect_eq(hart->csr.medeleg, 0xb1ff, "all but the supervisor's own call");
    cr_expect_eq(hart->csr.mideleg, 0x222);
    cr_expect_eq(hart->csr.scounteren, 0x7, "programs may read cycle, time and instret");
    cr_expect_eq(hart->csr.mstatus, 0xa00006000, "UXL, SXL and FS, as OpenSBI has it");
}

Test(sbi, a_call_is_one_instruction_and_keeps_other_registers)
{
    struct hart *hart = &world->hart[0];
    for (unsigned i = 1; i < 32; i++)
        hart->x[i] = 1000 + i;
    call(SBI_EXT_BASE, 0, 0, 0, 0, 0);
    cr_expect_eq(hart->pc, RAM_BASE + 4);
    for (unsigned i = 1; i < 32; i++)
        if (i < X_A0 || i > X_A7)
            cr_expect_eq(hart->x[i], 1000 + i, "x%u", i);
    cr_expect_eq(hart->x[0], 0);
}

Test(sbi, base_says_what_there_is)
{
    static const uint64_t present[] = {0x10,       0x54494d45, 0x735049,
                                       0x52464e43, 0x48534d,   0x53525354,
                                       0x4442434e, 0,          SBI_LEGACY_SHUTDOWN};
    cr_expect_eq(call(0x10, 0, 0, 0, 0, 0), 0);
    cr_expect_eq(value(), 0x01000000, "version 1.0");
    for (unsigned i = 0; i < sizeof present / sizeof *present; i++) {
        cr_expect_eq(call(0x10, 3, present[i], 0, 0, 0), 0);
        cr_expect_eq(value(), 1, "extension %#llx", (unsigned long long)present[i]);
    }
    call(0x10, 3, 0x504d55, 0, 0, 0);
    cr_expect_eq(value(), 0, "no PMU");
}

Test(sbi, unknown_extensions_and_functions_are_not_supported)
{
    static const uint64_t rows[][2] = {
        {9, 0},        {0x0f, 0},       {0x504d55, 0},   {~(uint64_t)0, 0},
        {0x10, 7},     {0x54494d45, 1}, {0x735049, 1},   {0x52464e43, 3},
        {0x48534d, 4}, {0x53525354, 1}, {0x4442434e, 3},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(call(rows[i][0], rows[i][1], 0, 0, 0, 0), SBI_ERR_NOT_SUPPORTED,
                     "extension %#llx", (unsigned long long)rows[i][0]);
}

Test(sbi, p33_setting_the_timer_raises_or_clears_its_interrupt_at_once)
{
    struct hart *hart = &world->hart[0];
    cr_expect_eq(call(SBI_EXT_TIME, 0, 0, 0, 0, 0), 0);
    cr_expect(csr_mip(hart) & MIP_STIP, "time 0 has come");
    call(SBI_EXT_TIME, 0, 1000, 0, 0, 0);
    cr_expect_not(csr_mip(hart) & MIP_STIP);
    cr_expect_eq(world->platform.s.due[EVENT_STIMER], 10000, "ten steps a tick");
    call(SBI_EXT_TIME, 0, ~(uint64_t)0, 0, 0, 0);
    cr_expect_eq(world->platform.s.due[EVENT_STIMER], NEVER);
    call(SBI_LEGACY_SET_TIMER, 0, 0, 0, 0, 0);
    cr_expect(csr_mip(hart) & MIP_STIP);
}

Test(sbi, an_ipi_is_ssip_in_the_harts_of_the_mask)
{
    cr_expect_eq(call(SBI_EXT_IPI, 0, 2, 0, 0, 0), 0);
    cr_expect_eq(csr_mip(&world->hart[0]) & MIP_SSIP, 0);
    cr_expect(csr_mip(&world->hart[1]) & MIP_SSIP);
    cr_expect_eq(call(SBI_EXT_IPI, 0, 0, ~(uint64_t)0, 0, 0), 0, "base -1 is every hart");
    cr_expect(csr_mip(&world->hart[0]) & MIP_SSIP);
}

Test(sbi, a_mask_may_start_at_another_hart)
{
    cr_expect_eq(call(SBI_EXT_IPI, 0, 1, 1, 0, 0), 0);
    cr_expect_eq(csr_mip(&world->hart[0]) & MIP_SSIP, 0);
    cr_expect(csr_mip(&world->hart[1]) & MIP_SSIP);
}

Test(sbi, p36_masks_that_name_no_hart_are_refused)
{
    static const uint64_t rows[][2] = {
        {4, 0},
        {2, 1},
        {1, 2},
        {1, 64},
        {~(uint64_t)0, 0},
        {(uint64_t)1 << 63, 1},
        {1, ~(uint64_t)1},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect_eq(call(SBI_EXT_IPI, 0, rows[i][0], rows[i][1], 0, 0), SBI_ERR_INVALID_PARAM,
                     "row %u", i);
        cr_expect_eq(call(SBI_EXT_RFENCE, 1, rows[i][0], rows[i][1], 0, 0), SBI_ERR_INVALID_PARAM,
                     "row %u", i);
    }
    cr_expect_eq(csr_mip(&world->hart[1]) & MIP_SSIP, 0);
    cr_expect_eq(world->fences, 0);
}

Test(sbi, a_remote_fence_covers_every_page_of_its_range)
{
    cr_expect_eq(call(SBI_EXT_RFENCE, 1, 2, 0, 0x1ff0, 0x1020), 0); /* three pages */
    cr_expect_eq(world->fence[0].hart, 1);
    bool covered[3] = {false, false, false};
    for (unsigned i = 0; i < world->fences && i < FIXTURE_FENCES; i++)
        for (unsigned page = 0; page < 3; page++)
            covered[page] |= world->fence[i].va >> 12 == 1 + page && !world->fence[i].all_va;
    cr_expect(covered[0] && covered[1] && covered[2]);
}

Test(sbi, a_remote_fence_without_a_range_is_for_all_memory)
{
    cr_expect_eq(call(SBI_EXT_RFENCE, 1, 3, 0, 0, 0), 0);
    cr_expect_eq(world->fences, 2);
    cr_expect(world->fence[0].all_va && world->fence[1].all_va);
}

Test(sbi, p36_an_enormous_fence_costs_no_more_than_one_for_all)
{
    call(SBI_EXT_RFENCE, 2, 1, 0, 0x1000, ~(uint64_t)0);
    cr_expect_eq(world->fences, 1);
    cr_expect(world->fence[0].all_va);
}

Test(sbi, a_started_hart_enters_s_mode_with_its_argument)
{
    struct hart *hart = &world->hart[1];
    hart->csr.satp = 8;
    cr_expect_eq(call(SBI_EXT_HSM, 2, 1, 0, 0, 0), 0);
    cr_expect_eq(value(), SBI_HART_STOPPED);
    cr_expect_eq(call(SBI_EXT_HSM, 0, 1, RAM_BASE + 0x100, 77, 0), 0);
    cr_expect_eq(hart->mode, MODE_S);
    cr_expect_eq(hart->pc, RAM_BASE + 0x100);
    cr_expect_eq(hart->x[X_A0], 1);
    cr_expect_eq(hart->x[X_A1], 77);
    cr_expect_eq(hart->csr.satp, 0);
    cr_expect_eq(hart->csr.mhartid, 1);
    call(SBI_EXT_HSM, 2, 1, 0, 0, 0);
    cr_expect_eq(value(), SBI_HART_STARTED);
}

Test(sbi, starting_is_refused_for_running_absent_and_lost_harts)
{
    cr_expect_eq(call(SBI_EXT_HSM, 0, 0, RAM_BASE, 0, 0), SBI_ERR_ALREADY_AVAILABLE);
    cr_expect_eq(call(SBI_EXT_HSM, 0, 2, RAM_BASE, 0, 0), SBI_ERR_INVALID_PARAM);
    cr_expect_eq(call(SBI_EXT_HSM, 0, ~(uint64_t)0, RAM_BASE, 0, 0), SBI_ERR_INVALID_PARAM);
    cr_expect_eq(call(SBI_EXT_HSM, 0, 1, 0x1000, 0, 0), SBI_ERR_INVALID_ADDRESS);
    cr_expect_eq(call(SBI_EXT_HSM, 0, 1, RAM_BASE + FIXTURE_RAM, 0, 0), SBI_ERR_INVALID_ADDRESS);
    cr_expect_eq(call(SBI_EXT_HSM, 2, 2, 0, 0, 0), SBI_ERR_INVALID_PARAM);
}

Test(sbi, a_stopped_hart_is_stopped)
{
    call(SBI_EXT_HSM, 1, 0, 0, 0, 0);
    cr_expect_eq(world->platform.s.sbi.state[0], SBI_HART_STOPPED);
}

Test(sbi, a_retentive_suspend_waits_as_wfi_does)
{
    struct hart *hart = &world->hart[0];
    cr_expect_eq(call(SBI_EXT_HSM, 3, 0, 0, 0, 0), 0);
    cr_expect(hart->waiting);
    hart->waiting = false;
    hart->csr.mie = MIP_SSIP;
    hart->csr.mip = MIP_SSIP;
    call(SBI_EXT_HSM, 3, 0, 0, 0, 0);
    cr_expect_not(hart->waiting, "something is pending already");
    cr_expect_eq(call(SBI_EXT_HSM, 3, 0x80000000, 0, 0, 0), SBI_ERR_NOT_SUPPORTED);
    cr_expect_eq(call(SBI_EXT_HSM, 3, 1, 0, 0, 0), SBI_ERR_INVALID_PARAM);
}

Test(sbi, reset_says_why_the_machine_ends)
{
    static const struct {
        uint64_t type, reason;
        enum stop stop;
        int status;
    } rows[] = {
        {0, 0, STOP_POWEROFF, 0},
        {0, 1, STOP_POWEROFF, 1},
        {1, 0, STOP_REBOOT, 0},
        {2, 0, STOP_REBOOT, 0},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        given_a_supervisor();
        call(SBI_EXT_SRST, 0, rows[i].type, rows[i].reason, 0, 0);
        cr_expect_eq(world->platform.s.stop, rows[i].stop, "row %u", i);
        cr_expect_eq(world->platform.s.status, rows[i].status, "row %u", i);
    }
}

Test(sbi, reset_refuses_types_and_reasons_that_are_reserved)
{
    cr_expect_eq(call(SBI_EXT_SRST, 0, 3, 0, 0, 0), SBI_ERR_INVALID_PARAM);
    cr_expect_eq(call(SBI_EXT_SRST, 0, 0, 2, 0, 0), SBI_ERR_INVALID_PARAM);
    cr_expect_eq(call(SBI_EXT_SRST, 0, 0xf0000000, 0, 0, 0), SBI_ERR_NOT_SUPPORTED);
    cr_expect_eq(world->platform.s.stop, STOP_NONE);
}

Test(sbi, the_console_writes_from_memory)
{
    char text[700];
    memset(text, 'x', sizeof text);
    memcpy(world->ram + 0x10, text, sizeof text);
    cr_expect_eq(call(SBI_EXT_DBCN, 0, sizeof text, RAM_BASE + 0x10, 0, 0), 0);
    cr_expect_eq(value(), sizeof text);
    cr_expect_eq(world->output_count, sizeof text);
    cr_expect_arr_eq(world->output, text, sizeof text);
}

Test(sbi, p36_the_console_refuses_memory_that_is_not_ram)
{
    static const uint64_t rows[][3] = {
        {1, 0x1000, 0},   {2, RAM_BASE + FIXTURE_RAM - 1, 0}, {~(uint64_t)0, RAM_BASE, 0},
        {1, RAM_BASE, 1}, {1, RAM_BASE + FIXTURE_RAM, 0},     {FIXTURE_RAM + 1, RAM_BASE, 0},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        for (unsigned function = 0; function < 2; function++)
            cr_expect_eq(call(SBI_EXT_DBCN, function, rows[i][0], rows[i][1], rows[i][2], 0),
                         SBI_ERR_INVALID_PARAM, "row %u", i);
    cr_expect_eq(world->output_count, 0);
    cr_expect_eq(call(SBI_EXT_DBCN, 0, 0, 0, 0, 0), 0, "nothing is nowhere");
}

Test(sbi, p36_one_call_writes_a_bounded_piece)
{
    cr_expect_eq(call(SBI_EXT_DBCN, 0, FIXTURE_RAM, RAM_BASE, 0, 0), 0);
    cr_expect_eq(value(), 4096);
    cr_expect_eq(world->output_count, 4096);
}

Test(sbi, the_console_reads_what_has_arrived)
{
    uart_write(&world->platform.s.uart, 2, 1, (uint8_t[1]){0}); /* FIFOs */
    for (const char *at = "abc"; *at; at++)
        uart_receive(&world->platform.s.uart, (uint8_t)*at);
    cr_expect_eq(call(SBI_EXT_DBCN, 1, 2, RAM_BASE + 0x20, 0, 0), 0);
    cr_expect_eq(value(), 2);
    cr_expect_arr_eq(world->ram + 0x20, "ab\0", 3);
    call(SBI_EXT_DBCN, 1, 10, RAM_BASE + 0x20, 0, 0);
    cr_expect_eq(value(), 1);
    call(SBI_EXT_DBCN, 1, 10, RAM_BASE + 0x20, 0, 0);
    cr_expect_eq(value(), 0);
}

Test(sbi, the_console_writes_a_byte)
{
    cr_expect_eq(call(SBI_EXT_DBCN, 2, 'q', 0, 0, 0), 0);
    cr_expect_eq(world->output[0], 'q');
}

Test(sbi, legacy_calls_change_a0_alone)
{
    for (uint64_t extension = 0; extension <= SBI_LEGACY_SHUTDOWN; extension++) {
        given_a_supervisor();
        call(extension, 5, 0, 1234, 0, 0);
        cr_expect_eq(value(), 1234, "legacy call %llu", (unsigned long long)extension);
    }
}

Test(sbi, legacy_console_gives_a_byte_or_minus_one)
{
    cr_expect_eq(call(SBI_LEGACY_CONSOLE_GETCHAR, 0, 0, 0, 0, 0), -1);
    uart_receive(&world->platform.s.uart, 0xe4);
    cr_expect_eq(call(SBI_LEGACY_CONSOLE_GETCHAR, 0, 0, 0, 0, 0), 0xe4);
    cr_expect_eq(call(SBI_LEGACY_CONSOLE_PUTCHAR, 0, 'z', 0, 0, 0), 0);
    cr_expect_eq(world->output[0], 'z');
}

Test(sbi, a_legacy_mask_is_read_from_the_callers_memory)
{
    uint64_t mask = 2;
    memcpy(world->ram + 0x40, &mask, sizeof mask);
    cr_expect_eq(call(SBI_LEGACY_SEND_IPI, 0, RAM_BASE + 0x40, 0, 0, 0), 0);
    cr_expect_eq(csr_mip(&world->hart[0]) & MIP_SSIP, 0);
    cr_expect(csr_mip(&world->hart[1]) & MIP_SSIP);
    cr_expect_lt(call(SBI_LEGACY_SEND_IPI, 0, 0x1000, 0, 0, 0), 0, "no memory there");
}

Test(sbi, a_legacy_mask_is_read_through_the_callers_page_table)
{
    /* One gigapage: va 0 to RAM_BASE (Privileged 4.4.1). */
    uint64_t leaf = RAM_BASE >> 12 << 10 | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;
    uint64_t mask = 2;
    memcpy(world->ram + 0x1000, &leaf, sizeof leaf);
    memcpy(world->ram + 0x40, &mask, sizeof mask);
    world->hart[0].csr.satp =
        (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT | (RAM_BASE + 0x1000) >> 12;
    cr_expect_eq(call(SBI_LEGACY_SEND_IPI, 0, 0x40, 0, 0, 0), 0);
    cr_expect(csr_mip(&world->hart[1]) & MIP_SSIP);
}

Test(sbi, legacy_clear_ipi_clears_ssip)
{
    world->hart[0].csr.mip = MIP_SSIP;
    call(SBI_LEGACY_CLEAR_IPI, 0, 0, 0, 0, 0);
    cr_expect_eq(world->hart[0].csr.mip, 0);
}
