/* The network device, by VIRTIO 1.2, 5.1, and how packets of the log reach it. */
#include "driver.h"

enum { RECEIVE = 0, TRANSMIT = 1, HEADER = 12 };

static struct packet packet[4];
static struct packet *packets[] = {&packet[0], &packet[1], &packet[2], &packet[3]};
static struct packet_log plog;
static uint8_t sent[FRAME_SIZE];
static size_t sent_size;
static unsigned sends;

static void busy(void *owner, unsigned index, uint64_t until)
{
    (void)owner, (void)index;
    world->platform.s.clock.steps = until;
}

static void note_frame(void *host, const uint8_t *frame, size_t size)
{
    (void)host;
    memcpy(sent, frame, size);
    sent_size = size;
    sends++;
}

static void given_a_network(void)
{
    world = fixture_reset(false);
    plog = (struct packet_log){.packet = packets};
    world->platform.packets = &plog;
    world->platform.send = note_frame;
    world->platform.run = busy;
    slot = 4;
}

static void given_a_driver(void)
{
    given_a_network();
    start_driver(F_VERSION_1, 2);
}

/* A packet of `size` bytes `fill` comes at clock reading `at`. */
static void arrive(uint64_t at, size_t size, uint8_t fill)
{
    struct packet *next = &packet[plog.count++];
    next->at = at;
    next->size = size;
    memset(next->bytes, fill, size);
    platform_update(&world->platform);
}

static uint64_t buffer(unsigned index)
{
    return BUFFERS + 0x800 * (uint64_t)index;
}

static void post_buffer(uint16_t index, uint32_t size)
{
    describe(ring(RECEIVE), index, buffer(index), size, WRITE, 0);
    post(RECEIVE, index);
    kick(RECEIVE);
}

/* Sends `size` bytes at BUFFERS, the header among them. */
static void transmit(uint32_t size)
{
    describe(ring(TRANSMIT), 0, BUFFERS, size, 0, 0);
    post(TRANSMIT, 0);
    kick(TRANSMIT);
}

static void run_to(uint64_t steps)
{
    platform_run(&world->platform, steps);
}

TestSuite(virtio_net, .init = given_a_driver);

Test(virtio_net, it_is_a_card_with_an_address_and_a_link)
{
    static const uint8_t mac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    cr_expect_eq(reg(R_DEVICE_ID), 1);
    cr_expect_eq(device_features() & 0xffffff, 1 << 5 | 1 << 16);
    for (unsigned i = 0; i < 8; i++) {
        uint64_t byte = 0xff;
        platform_mmio(&world->platform, reg_pa(R_CONFIG + i), 1, false, &byte);
        cr_expect_eq(byte, i < 6 ? mac[i] : i == 6 ? 1 : 0, "byte %u", i);
    }
}

Test(virtio_net, without_a_network_there_is_no_card)
{
    world->platform.packets = NULL;
    cr_expect_eq(reg(R_DEVICE_ID), 0);
}

Test(virtio_net, a_frame_goes_out_without_its_header)
{
    memset(mem(BUFFERS), 0xee, HEADER);
    memset(mem(BUFFERS + HEADER), 0x42, 60);
    transmit(HEADER + 60);
    cr_expect_eq(sends, 1);
    cr_expect_eq(sent_size, 60);
    cr_expect_eq(sent[0], 0x42);
    cr_expect_eq(used_idx(TRANSMIT), 1);
    cr_expect_eq(used_len(TRANSMIT, 0), 0);
    cr_expect_eq(world->platform.s.sent_count, 1);
    uint64_t hash = world->platform.s.sent_hash;
    transmit(HEADER + 60);
    cr_expect_neq(world->platform.s.sent_hash, hash);
}

Test(virtio_net, a_driver_of_old_has_a_shorter_header)
{
    start_driver(0, 2);
    transmit(10 + 60);
    cr_expect_eq(sent_size, 60);
}

Test(virtio_net, p37_what_is_no_frame_goes_nowhere_and_comes_back)
{
    static const uint32_t sizes[] = {0, 1, HEADER - 1, HEADER, HEADER + FRAME_SIZE + 1, 0x7000};
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        transmit(sizes[i]);
        cr_expect_eq(used_idx(TRANSMIT), i + 1);
    }
    cr_expect_eq(sends, 0);
    transmit(HEADER + FRAME_SIZE);
    cr_expect_eq(sends, 1);
    cr_expect_not(is_broken());
}

Test(virtio_net, a_packet_comes_at_its_step_with_a_header)
{
    static const uint8_t header[HEADER] = {[10] = 1};
    post_buffer(0, 2000);
    arrive(100, 60, 0x11);
    run_to(100);
    cr_expect_eq(used_idx(RECEIVE), 0);
    run_to(101);
    cr_expect_eq(used_idx(RECEIVE), 1);
    cr_expect_eq(used_len(RECEIVE, 0), HEADER + 60);
    cr_expect_arr_eq(mem(buffer(0)), header, HEADER);
    cr_expect_eq(*mem(buffer(0) + HEADER), 0x11);
    cr_expect_eq(*mem(buffer(0) + HEADER + 59), 0x11);
    cr_expect_eq(*mem(buffer(0) + HEADER + 60), 0);
    cr_expect_eq(reg(R_INTERRUPT_STATUS), 1);
    cr_expect_eq(world->platform.s.packet_cursor, 1);
}

Test(virtio_net, packets_wait_for_buffers_and_keep_their_order)
{
    arrive(10, 60, 1);
    arrive(10, 60, 2);
    run_to(50);
    cr_expect_eq(world->platform.s.packet_cursor, 0);
    post_buffer(0, 2000);
    run_to(51);
    cr_expect_eq(world->platform.s.packet_cursor, 1);
    post_buffer(1, 2000);
    run_to(52);
    cr_expect_eq(*mem(buffer(0) + HEADER), 1);
    cr_expect_eq(*mem(buffer(1) + HEADER), 2);
}

Test(virtio_net, a_packet_that_does_not_fit_is_lost_alone)
{
    arrive(10, 60, 1);
    arrive(10, 60, 2);
    post_buffer(0, HEADER + 59);
    post_buffer(1, HEADER + 60);
    run_to(20);
    cr_expect_eq(used_len(RECEIVE, 0), 0);
    cr_expect_eq(used_len(RECEIVE, 1), HEADER + 60);
    cr_expect_eq(*mem(buffer(1) + HEADER), 2);
}

Test(virtio_net, what_comes_before_the_driver_waits_for_it)
{
    given_a_network();
    arrive(10, 60, 1);
    run_to(20);
    start_driver(F_VERSION_1, 2);
    post_buffer(0, 2000);
    run_to(30);
    cr_expect_eq(used_idx(RECEIVE), 1);
}

Test(virtio_net, buffers_that_were_there_before_the_driver_need_no_notification)
{
    given_a_network();
    arrive(10, 60, 1);
    run_to(20);
    set_up_queue(RECEIVE);
    describe(ring(RECEIVE), 0, buffer(0), 2000, WRITE, 0);
    post(RECEIVE, 0);
    set_reg(R_STATUS, ACKNOWLEDGE | DRIVER | DRIVER_OK);
    run_to(30);
    cr_expect_eq(used_idx(RECEIVE), 1);
}

Test(virtio_net, packets_that_were_forgotten_do_not_shift_the_others)
{
    post_buffer(0, 2000);
    post_buffer(1, 2000);
    arrive(10, 60, 1);
    run_to(20);
    plog.first = 1;
    plog.packet = packets + 1;
    arrive(30, 60, 2);
    run_to(40);
    cr_expect_eq(*mem(buffer(1) + HEADER), 2);
}

Test(virtio_net, with_event_idx_the_driver_is_asked_for_its_next_buffer)
{
    start_driver(F_VERSION_1 | F_EVENT_IDX, 2);
    post_buffer(0, 2000);
    arrive(10, 60, 1);
    run_to(20);
    cr_expect_eq(load16(ring(RECEIVE) + USED + 4 + 8 * NUM), 1, "avail_event");
}

Test(virtio_net, p37_a_broken_card_is_run_past)
{
    arrive(10, 60, 1);
    describe(ring(RECEIVE), 0, 0, 2000, WRITE, 0);
    post(RECEIVE, 0);
    kick(RECEIVE);
    run_to(100);
    cr_expect(is_broken());
    cr_expect_eq(world->platform.s.packet_cursor, 0);
}
