/* The platform's loop, on harts that are scripted: each run of one is noted. */
#include "platform.h"

#include <criterion/criterion.h>

#include "fixture.h"

/* A hart that takes every step that it is given. */
static void busy(void *owner, unsigned index, uint64_t until)
{
    struct fixture *fixture = owner;
    fixture->hart[index].csr.mcycle += until - fixture->platform.s.clock.steps;
    fixture->platform.s.clock.steps = until;
}

/* A hart that takes one step: wfi. */
static void wait_at_once(void *owner, unsigned index, uint64_t until)
{
    struct fixture *fixture = owner;
    (void)until;
    fixture->platform.s.clock.steps++;
    fixture->hart[index].waiting = true;
}

static struct input_byte typed[] = {{0, 'a'}, {0, 'b'}, {0, 'c'}};

static bool access(struct fixture *world, uint64_t pa, unsigned size, bool is_write, uint64_t value,
                   uint64_t *out)
{
    bool done = platform_mmio(&world->platform, pa, size, is_write, &value);
    if (out)
        *out = value;
    return done;
}

Test(platform, a_run_ends_at_the_step_that_was_named)
{
    struct fixture *world = fixture_reset(true);
    world->platform.run = busy;
    cr_expect_eq(platform_run(&world->platform, 1234), STOP_LIMIT);
    cr_expect_eq(world->platform.s.clock.steps, 1234);
    cr_expect_eq(platform_run(&world->platform, 2000), STOP_LIMIT);
    cr_expect_eq(world->platform.s.clock.steps, 2000);
}

Test(platform, harts_take_turns_of_a_quantum)
{
    struct fixture *world = fixture_reset(false);
    world->platform.run = busy;
    platform_run(&world->platform, 350);
    cr_expect_eq(world->hart[0].csr.mcycle, 200);
    cr_expect_eq(world->hart[1].csr.mcycle, 150);
}

Test(platform, stopping_a_run_does_not_change_whose_turn_it_is)
{
    struct fixture *world = fixture_reset(false);
    world->platform.run = busy;
    for (uint64_t step = 7; step <= 350; step += 7)
        platform_run(&world->platform, step);
    cr_expect_eq(world->hart[0].csr.mcycle, 200);
    cr_expect_eq(world->hart[1].csr.mcycle, 150);
}

Test(platform, stopped_harts_take_no_steps)
{
    struct fixture *world = fixture_reset(true);
    world->platform.run = busy;
    platform_run(&world->platform, 1000);
    cr_expect_eq(world->hart[0].csr.mcycle, 1000);
    cr_expect_eq(world->hart[1].csr.mcycle, 0);
}

Test(platform, time_skips_to_the_timer_when_every_hart_waits)
{
    struct fixture *world = fixture_reset(true);
    world->platform.run = wait_at_once;
    world->hart[0].csr.mie = MIP_STIP;
    world->platform.s.sbi.timer[0] = 500;
    platform_update(&world->platform);
    platform_run(&world->platform, 2); /* one step to wait, one after the timer */
    cr_expect_eq(world->platform.s.clock.idle, 5000 - 1);
    cr_expect(world->hart[0].wires & MIP_STIP);
}

Test(platform, with_nothing_left_to_happen_it_is_idle)
{
    struct fixture *world = fixture_reset(true);
    world->platform.run = wait_at_once;
    cr_expect_eq(platform_run(&world->platform, 1000), STOP_IDLE);
    cr_expect_eq(world->platform.s.clock.steps, 1);
}

Test(platform, mtime_counts_a_tick_in_ten_steps)
{
    struct fixture *world = fixture_reset(false);
    world->platform.run = busy;
    platform_run(&world->platform, 12345);
    cr_expect_eq(platform_time(&world->platform), 1234);
}

Test(platform, paced_input_comes_a_byte_time_after_the_last_was_read)
{
    struct fixture *world = fixture_reset(true);
    struct platform *platform = &world->platform;
    const uint64_t byte_time = 100000000ull * 10 / 115200;
    uint64_t got;
    platform->run = busy;
    platform->input = (struct input_log){.bytes = typed, .count = 3, .is_paced = true};
    platform_reset(platform);
    access(world, UART_BASE + 2, 1, true, 1, NULL); /* FIFOs do not make the line faster */
    platform_run(platform, byte_time - 1);
    cr_expect_eq(platform->s.uart.count, 0);
    platform_run(platform, byte_time + 1);
    cr_expect_eq(platform->s.uart.count, 1);
    platform_run(platform, 3 * byte_time);
    cr_expect_eq(platform->s.uart.count, 1, "the line waits until it was read");
    access(world, UART_BASE, 1, false, 0, &got);
    cr_expect_eq(got, 'a');
    platform_run(platform, 4 * byte_time - 1);
    cr_expect_eq(platform->s.uart.count, 0);
    platform_run(platform, 4 * byte_time + 1);
    cr_expect_eq(platform->s.uart.count, 1);
}

Test(platform, live_input_comes_as_it_was_stamped)
{
    struct fixture *world = fixture_reset(true);
    struct platform *platform = &world->platform;
    struct input_byte stamped[] = {{500, 'a'}, {900, 'b'}};
    platform->run = busy;
    platform->input = (struct input_log){.bytes = stamped, .count = 2};
    platform_reset(platform);
    platform_run(platform, 499);
    cr_expect_eq(platform->s.uart.count, 0);
    platform_run(platform, 501);
    cr_expect_eq(platform->s.uart.count, 1);
    platform_run(platform, 2000);
    cr_expect_eq(platform->s.uart.count, 1, "one place without FIFOs: no byte is lost");
    access(world, UART_BASE, 1, false, 0, NULL);
    platform_run(platform, 2001);
    cr_expect_eq(platform->s.uart.count, 1);
}

Test(platform, input_that_is_cleared_unread_comes_again)
{
    struct fixture *world = fixture_reset(true);
    struct platform *platform = &world->platform;
    uint64_t got;
    platform->run = busy;
    platform->input = (struct input_log){.bytes = typed, .count = 3, .is_paced = true};
    platform_reset(platform);
    platform_run(platform, 10000);
    cr_assert_eq(platform->s.uart.count, 1);
    access(world, UART_BASE + 2, 1, true, 1, NULL); /* a driver sets up its FIFOs */
    cr_expect_eq(platform->s.uart.count, 0);
    platform_run(platform, 20000);
    cr_assert_eq(platform->s.uart.count, 1);
    platform_reset(platform); /* a reboot */
    platform_run(platform, 30000);
    access(world, UART_BASE, 1, false, 0, &got);
    cr_expect_eq(got, 'a');
}

Test(platform, the_uart_interrupts_through_the_plic)
{
    struct fixture *world = fixture_reset(true);
    access(world, UART_BASE + 1, 1, true, 1, NULL);
    access(world, PLIC_BASE + 4 * UART_IRQ, 4, true, 1, NULL);
    access(world, PLIC_BASE + 0x2080, 4, true, 1 << UART_IRQ, NULL);
    cr_expect_eq(world->hart[0].wires & MIP_SEIP, 0);
    uart_receive(&world->platform.s.uart, 'a');
    platform_update(&world->platform);
    cr_expect(world->hart[0].wires & MIP_SEIP);
    access(world, UART_BASE, 1, false, 0, NULL);
    uint64_t claimed;
    access(world, PLIC_BASE + 0x201004, 4, false, 0, &claimed);
    cr_expect_eq(claimed, UART_IRQ);
    cr_expect_eq(world->hart[0].wires & MIP_SEIP, 0);
}

Test(platform, the_clocks_alarm_interrupts_at_its_step)
{
    struct fixture *world = fixture_reset(false);
    struct platform *platform = &world->platform;
    const uint64_t at = RTC_EPOCH_NS + 12345;
    platform->run = busy;
    access(world, RTC_BASE + 0x10, 4, true, 1, NULL);
    access(world, RTC_BASE + 0xc, 4, true, at >> 32, NULL);
    access(world, RTC_BASE + 0x8, 4, true, (uint32_t)at, NULL);
    platform_run(platform, 1235); /* ten ns a step */
    cr_expect_eq(platform->s.plic.level[0], 0);
    platform_run(platform, 1236);
    cr_expect_eq(platform->s.plic.level[0], 1 << 11);
    access(world, RTC_BASE + 0x1c, 4, true, 0, NULL);
    cr_expect_eq(platform->s.plic.level[0], 0);
}

Test(platform, the_finisher_turns_off_fails_and_reboots)
{
    static const struct {
        uint64_t word;
        enum stop stop;
        int status;
    } rows[] = {{0x5555, STOP_POWEROFF, 0},
                {0x00073333, STOP_POWEROFF, 7},
                {0x7777, STOP_REBOOT, 0},
                {0x1234, STOP_NONE, 0}};
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fixture *world = fixture_reset(false);
        cr_expect(access(world, FINISHER_BASE, 4, true, rows[i].word, NULL));
        cr_expect_eq(world->platform.s.stop, rows[i].stop, "row %u", i);
        cr_expect_eq(world->platform.s.status, rows[i].status, "row %u", i);
    }
}

Test(platform, the_clint_drives_m_mode_and_is_not_for_s)
{
    struct fixture *world = fixture_reset(false);
    cr_expect(access(world, CLINT_BASE + 4, 4, true, 1, NULL));
    cr_expect_eq(world->hart[0].wires & MIP_MSIP, 0);
    cr_expect(world->hart[1].wires & MIP_MSIP);
    cr_expect(access(world, CLINT_BASE + 0x4000, 8, true, 0, NULL));
    cr_expect(world->hart[0].wires & MIP_MTIP);
    world = fixture_reset(true);
    cr_expect_not(access(world, CLINT_BASE + 4, 4, true, 1, NULL));
    cr_expect_eq(world->hart[1].wires, 0);
}

Test(platform, p35_addresses_without_a_device_are_refused)
{
    static const uint64_t holes[] = {0,          0xfffff,  0x102000,    0x10000100,
                                     0x20000000, RAM_BASE, ~(uint64_t)7};
    struct fixture *world = fixture_reset(false);
    for (unsigned i = 0; i < sizeof holes / sizeof *holes; i++) {
        cr_expect_not(access(world, holes[i], 1, false, 0, NULL), "%#llx",
                      (unsigned long long)holes[i]);
        cr_expect_not(platform_is_device(holes[i]));
    }
    cr_expect_not(access(world, UART_BASE, 4, false, 0, NULL), "the UART's registers are bytes");
}

Test(platform, console_output_is_counted_and_hashed)
{
    struct fixture *world = fixture_reset(true);
    uint64_t before = world->platform.s.output_hash;
    access(world, UART_BASE, 1, true, 'h', NULL);
    cr_expect_eq(world->platform.s.output_count, 1);
    cr_expect_neq(world->platform.s.output_hash, before);
    cr_expect_eq(world->output[0], 'h');
}

Test(platform, only_a_supervisors_call_is_the_firmwares)
{
    struct fixture *world = fixture_reset(true);
    struct hart *hart = &world->hart[0];
    sbi_enter(hart, RAM_BASE, 0, 0);
    cr_expect_not(platform_takes(&world->platform, hart, (struct trap){.cause = CAUSE_ECALL_U}));
    cr_expect_not(platform_takes(&world->platform, hart, (struct trap){.cause = 2}));
    cr_expect_eq(hart->pc, RAM_BASE);
    cr_expect(platform_takes(&world->platform, hart, (struct trap){.cause = CAUSE_ECALL_S}));
    world = fixture_reset(false);
    cr_expect_not(
        platform_takes(&world->platform, &world->hart[0], (struct trap){.cause = CAUSE_ECALL_S}));
}
