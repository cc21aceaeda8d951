/* The entropy device, by VIRTIO 1.2, 5.4. */
#include "driver.h"

static void given_a_driver(void)
{
    world = fixture_reset(false);
    slot = 6;
    start_driver(F_VERSION_1, 1);
}

/* Draws `size` bytes to `pa`, and returns how many came. */
static uint32_t draw(uint64_t pa, uint32_t size)
{
    uint16_t done = used_idx(0);
    describe(ring(0), 0, pa, size, WRITE, 0);
    post(0, 0);
    kick(0);
    cr_expect_eq(used_idx(0), (uint16_t)(done + 1));
    return used_len(0, done);
}

TestSuite(virtio_rng, .init = given_a_driver);

Test(virtio_rng, it_is_an_entropy_device_with_one_queue)
{
    cr_expect_eq(reg(R_DEVICE_ID), 4);
    set_reg(R_QUEUE_SEL, 1);
    cr_expect_eq(reg(R_QUEUE_NUM_MAX), 0);
    cr_expect_eq(reg(R_CONFIG), 0);
}

Test(virtio_rng, it_fills_what_it_is_given_and_no_more)
{
    static const uint32_t sizes[] = {1, 7, 8, 64, 1000};
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        memset(mem(BUFFERS), 0, 2048);
        cr_expect_eq(draw(BUFFERS, sizes[i]), sizes[i]);
        cr_expect_eq(*mem(BUFFERS + sizes[i]), 0);
    }
    unsigned zeros = 0;
    for (unsigned i = 0; i < 1000; i++)
        zeros += *mem(BUFFERS + i) == 0;
    cr_expect_lt(zeros, 20, "%u of 1000 random bytes are zero", zeros);
}

Test(virtio_rng, p37_a_request_without_end_gets_a_page)
{
    cr_expect_eq(draw(BUFFERS, 0x8000), 4096);
    cr_expect_eq(draw(BUFFERS, 0), 0);
}

Test(virtio_rng, what_it_gives_is_new_each_time_and_the_same_for_one_seed)
{
    draw(BUFFERS, 32);
    draw(BUFFERS + 32, 32);
    cr_expect_neq(memcmp(mem(BUFFERS), mem(BUFFERS + 32), 32), 0);
    uint8_t first[64];
    memcpy(first, mem(BUFFERS), 64);
    given_a_driver();
    draw(BUFFERS, 32);
    draw(BUFFERS + 32, 32);
    cr_expect_arr_eq(mem(BUFFERS), first, 64);
    given_a_driver();
    world->platform.seed = 1;
    draw(BUFFERS, 32);
    cr_expect_neq(memcmp(mem(BUFFERS), first, 32), 0);
}

Test(virtio_rng, a_reboot_does_not_repeat_it)
{
    draw(BUFFERS, 32);
    platform_reset(&world->platform);
    start_driver(F_VERSION_1, 1);
    store16(ring(0) + USED + 2, 0);
    draw(BUFFERS + 32, 32);
    cr_expect_neq(memcmp(mem(BUFFERS), mem(BUFFERS + 32), 32), 0);
}
