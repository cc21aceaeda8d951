/* The console device, by VIRTIO 1.2, 5.3, and how it takes the UART's place. */
#include "driver.h"

enum { RECEIVE = 0, TRANSMIT = 1 };

static struct input_byte typed[] = {{0, 'a'}, {0, 'b'}, {0, 'c'}};

/* A hart that takes every step that it is given. */
static void busy(void *owner, unsigned index, uint64_t until)
{
    (void)owner, (void)index;
    world->platform.s.clock.steps = until;
}

static void given_a_console(void)
{
    world = fixture_reset(false);
    world->platform.has_virtio_console = true;
    world->platform.run = busy;
    slot = 5;
}

static void given_a_driver(void)
{
    given_a_console();
    start_driver(F_VERSION_1, 2);
}

static void give_input(bool is_paced)
{
    world->platform.input = (struct input_log){.bytes = typed, .count = 3, .is_paced = is_paced};
    platform_update(&world->platform);
}

/* A buffer of `size` bytes to receive into. */
static void post_buffer(uint16_t index, uint32_t size)
{
    describe(ring(RECEIVE), index, BUFFERS + 16 * index, size, WRITE, 0);
    post(RECEIVE, index);
    kick(RECEIVE);
}

static void run_for(uint64_t steps)
{
    platform_run(&world->platform, world->platform.s.clock.steps + steps);
}

TestSuite(virtio_console, .init = given_a_driver);

Test(virtio_console, it_is_a_console_with_two_queues)
{
    cr_expect_eq(reg(R_DEVICE_ID), 3);
    set_reg(R_QUEUE_SEL, 1);
    cr_expect_eq(reg(R_QUEUE_NUM_MAX), 256);
    set_reg(R_QUEUE_SEL, 2);
    cr_expect_eq(reg(R_QUEUE_NUM_MAX), 0);
}

Test(virtio_console, it_is_there_only_when_it_is_wanted)
{
    world->platform.has_virtio_console = false;
    cr_expect_eq(reg(R_DEVICE_ID), 0);
}

Test(virtio_console, what_is_sent_comes_out_in_order)
{
    memcpy(mem(BUFFERS), "hello, ", 7);
    memset(mem(BUFFERS + 16), 'x', 700);
    describe(ring(TRANSMIT), 0, BUFFERS, 7, NEXT, 1);
    describe(ring(TRANSMIT), 1, BUFFERS + 16, 700, 0, 0);
    post(TRANSMIT, 0);
    kick(TRANSMIT);
    cr_expect_eq(world->output_count, 707);
    cr_expect_eq(memcmp(world->output, "hello, xxx", 10), 0);
    cr_expect_eq(world->output[706], 'x');
    cr_expect_eq(used_idx(TRANSMIT), 1);
    cr_expect_eq(world->platform.s.output_count, 707);
}

Test(virtio_console, what_arrives_goes_into_the_drivers_buffers)
{
    post_buffer(0, 16);
    post_buffer(1, 16);
    give_input(false);
    run_for(10);
    cr_expect_eq(used_idx(RECEIVE), 2, "as many as there are buffers");
    cr_expect_eq(used_len(RECEIVE, 0), 1);
    cr_expect_eq(*mem(BUFFERS), 'a');
    cr_expect_eq(*mem(BUFFERS + 16), 'b');
    cr_expect_eq(reg(R_INTERRUPT_STATUS), 1);
    run_for(10);
    post_buffer(2, 16);
    run_for(10);
    cr_expect_eq(used_idx(RECEIVE), 3, "and the rest when there are more");
    cr_expect_eq(*mem(BUFFERS + 32), 'c');
}

Test(virtio_console, what_comes_before_the_driver_waits_for_it)
{
    given_a_console();
    give_input(false);
    run_for(100);
    start_driver(F_VERSION_1, 2);
    post_buffer(0, 16);
    run_for(10);
    cr_expect_eq(*mem(BUFFERS), 'a');
    cr_expect_eq(world->platform.s.uart.count, 0);
}

Test(virtio_console, a_buffer_without_room_loses_nothing)
{
    give_input(false);
    post_buffer(0, 0);
    post_buffer(1, 16);
    run_for(10);
    cr_expect_eq(used_idx(RECEIVE), 2);
    cr_expect_eq(*mem(BUFFERS + 16), 'a');
}

Test(virtio_console, paced_input_keeps_its_pace)
{
    const uint64_t byte_time = 100000000ull * 10 / 115200;
    for (uint16_t i = 0; i < 3; i++)
        post_buffer(i, 16);
    world->platform.input = (struct input_log){.bytes = typed, .count = 3, .is_paced = true};
    world->platform.s.input_ready = byte_time;
    platform_update(&world->platform);
    run_for(byte_time + 1);
    cr_expect_eq(used_idx(RECEIVE), 1);
    run_for(byte_time - 2);
    cr_expect_eq(used_idx(RECEIVE), 1);
    run_for(2);
    cr_expect_eq(used_idx(RECEIVE), 2);
}

Test(virtio_console, p37_a_broken_console_is_run_past)
{
    give_input(false);
    describe(ring(RECEIVE), 0, 0, 16, WRITE, 0);
    post(RECEIVE, 0);
    kick(RECEIVE);
    run_for(10);
    cr_expect(is_broken());
    run_for(10);
    cr_expect_eq(world->platform.s.input_cursor, 0);
}
