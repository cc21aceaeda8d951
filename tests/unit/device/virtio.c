/* The virtio transport and its queues, by VIRTIO 1.2: what a right driver sees, and that a wrong
 * one breaks nothing but its device (P37). The device behind it is a disk. */
#include "disk.h"

enum { TYPE_IN = 0, OK = 0, PENDING = 0xee };
static const uint64_t all_ring_features = F_VERSION_1 | F_INDIRECT | F_EVENT_IDX;

/* Where the test's requests have their header and status. */
#define HEADER BUFFERS
#define STATUS (BUFFERS + 16)
#define DATA (BUFFERS + 0x1000)

static void given_a_driver(void)
{
    given_a_disk();
    start_driver(F_VERSION_1, 1);
}

/* Three descriptors that read sector `sector` to DATA. */
static void describe_read(uint64_t sector)
{
    memset(mem(HEADER), 0, 16);
    memcpy(mem(HEADER + 8), &sector, 8);
    *mem(STATUS) = PENDING;
    describe(ring(0), 0, HEADER, 16, NEXT, 1);
    describe(ring(0), 1, DATA, SECTOR, NEXT | WRITE, 2);
    describe(ring(0), 2, STATUS, 1, WRITE, 0);
}

static void expect_sector(uint64_t sector)
{
    cr_expect_eq(*mem(STATUS), OK);
    cr_expect_arr_eq(mem(DATA), disk.bytes + sector * SECTOR, SECTOR);
}

/* The request broke the device: nothing came back, and it says so. */
static void expect_broken(const char *why)
{
    cr_expect(is_broken(), "%s", why);
    cr_expect_eq(used_idx(0), 0, "%s", why);
    cr_expect_eq(*mem(STATUS), PENDING, "%s", why);
    cr_expect_eq(reg(R_INTERRUPT_STATUS), 2, "%s: a configuration change is told (2.1.2)", why);
    start_driver(F_VERSION_1, 1);
    store16(ring(0) + AVAIL + 2, 0);
    describe_read(3);
    post(0, 0);
    kick(0);
    cr_expect_eq(used_idx(0), 1, "%s: and after a reset it works again", why);
    store16(ring(0) + USED + 2, 0);
    store16(ring(0) + AVAIL + 2, 0);
    start_driver(F_VERSION_1, 1);
    describe_read(3);
}

TestSuite(virtio, .init = given_a_driver);

Test(virtio, a_slot_says_what_it_is)
{
    cr_expect_eq(reg(R_MAGIC), 0x74726976);
    cr_expect_eq(reg(R_VERSION), 2);
    cr_expect_eq(reg(R_DEVICE_ID), 2);
    cr_expect_eq(reg(R_VENDOR_ID), 0x554d4551);
}

Test(virtio, an_empty_slot_has_device_0_and_nothing_else)
{
    slot = 1;
    cr_expect_eq(reg(R_MAGIC), 0x74726976);
    cr_expect_eq(reg(R_VERSION), 2);
    cr_expect_eq(reg(R_DEVICE_ID), 0);
    for (unsigned offset = 0x10; offset < 0x100; offset += 4) {
        set_reg(offset, 0xffffffff);
        cr_expect_eq(reg(offset), 0, "%#x", offset);
    }
    struct virtio untouched = {0};
    cr_expect_arr_eq(&world->platform.s.virtio[1], &untouched, sizeof untouched);
}

Test(virtio, features_come_in_two_words)
{
    uint64_t features = device_features();
    cr_expect_eq(features & all_ring_features, all_ring_features);
    set_reg(R_DEVICE_FEATURES_SEL, 2);
    cr_expect_eq(reg(R_DEVICE_FEATURES), 0);
    set_reg(R_DEVICE_FEATURES_SEL, 0xffffffff);
    cr_expect_eq(reg(R_DEVICE_FEATURES), 0);
}

Test(virtio, features_that_were_not_offered_are_refused)
{
    set_reg(R_STATUS, 0);
    accept_features(F_VERSION_1 | (uint64_t)1 << 63);
    set_reg(R_STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    cr_expect_eq(reg(R_STATUS), ACKNOWLEDGE | DRIVER);
    accept_features(F_VERSION_1);
    set_reg(R_STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    cr_expect_eq(reg(R_STATUS), ACKNOWLEDGE | DRIVER | FEATURES_OK);
}

Test(virtio, accepted_features_stay_as_they_are)
{
    accept_features(~(uint64_t)0);
    cr_expect_eq(world->platform.s.virtio[0].driver_features, F_VERSION_1);
}

Test(virtio, features_of_other_words_do_not_exist)
{
    set_reg(R_STATUS, 0);
    set_reg(R_DRIVER_FEATURES_SEL, 2);
    set_reg(R_DRIVER_FEATURES, 0xffffffff);
    cr_expect_eq(world->platform.s.virtio[0].driver_features, 0);
}

/* As xv6's does. */
Test(virtio, a_driver_that_does_not_ask_for_version_1_works)
{
    start_driver(0, 1);
    describe_read(5);
    post(0, 0);
    kick(0);
    expect_sector(5);
}

Test(virtio, only_the_queues_that_exist_can_be_chosen)
{
    static const uint32_t others[] = {1, 2, 3, 0x80000000, 0xffffffff};
    for (unsigned i = 0; i < sizeof others / sizeof *others; i++) {
        set_reg(R_QUEUE_SEL, others[i]);
        cr_expect_eq(reg(R_QUEUE_NUM_MAX), 0);
        set_reg(R_QUEUE_NUM, 8);
        set_reg(R_QUEUE_READY, 1);
        cr_expect_eq(reg(R_QUEUE_READY), 0);
        set_reg(R_QUEUE_NOTIFY, others[i]);
    }
    set_reg(R_QUEUE_SEL, 0);
    cr_expect_eq(reg(R_QUEUE_NUM_MAX), 256);
    cr_expect_eq(reg(R_QUEUE_READY), 1);
}

Test(virtio, a_queue_without_a_right_size_is_never_ready)
{
    static const uint32_t wrong[] = {0, 3, 7, 255, 257, 512, 0x10008, 0x80000000, 0xffffffff};
    set_reg(R_STATUS, 0);
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        set_reg(R_QUEUE_NUM, 8);
        set_reg(R_QUEUE_NUM, wrong[i]);
        set_reg(R_QUEUE_READY, 1);
        cr_expect_eq(reg(R_QUEUE_READY), 0, "%u", wrong[i]);
    }
    set_reg(R_QUEUE_NUM, 256);
    set_reg(R_QUEUE_READY, 1);
    cr_expect_eq(reg(R_QUEUE_READY), 1);
}

Test(virtio, a_ready_queue_stays_where_it_is)
{
    struct virtqueue before = world->platform.s.virtio[0].queue[0];
    set_reg(R_QUEUE_NUM, 16);
    set_reg64(R_QUEUE_DESC, 0x1234567890);
    set_reg64(R_QUEUE_DRIVER, 0x1234567890);
    set_reg64(R_QUEUE_DEVICE, 0x1234567890);
    cr_expect_arr_eq(&world->platform.s.virtio[0].queue[0], &before, sizeof before);
}

Test(virtio, a_reset_is_a_new_beginning)
{
    describe_read(1);
    post(0, 0);
    kick(0);
    set_reg(R_STATUS, 0);
    struct virtio untouched = {0};
    cr_expect_arr_eq(&world->platform.s.virtio[0], &untouched, sizeof untouched);
    cr_expect_eq(reg(R_STATUS), 0);
    cr_expect_eq(reg(R_INTERRUPT_STATUS), 0);
}

Test(virtio, control_registers_are_words)
{
    static const unsigned sizes[] = {1, 2, 8};
    uint64_t value = 0;
    for (unsigned i = 0; i < 3; i++) {
        cr_expect_not(platform_mmio(&world->platform, reg_pa(0x70), sizes[i], false, &value));
        cr_expect_not(platform_mmio(&world->platform, reg_pa(0x70), sizes[i], true, &value));
    }
    cr_expect_eq(reg(R_STATUS), ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
}

Test(virtio, p35_configuration_is_read_in_any_width)
{
    uint64_t bytes[4] = {0};
    for (unsigned i = 0; i < 4; i++)
        cr_expect(platform_mmio(&world->platform, reg_pa(R_CONFIG), 1u << i, false, &bytes[i]));
    for (unsigned i = 0; i < 4; i++)
        cr_expect_eq(bytes[i], SECTORS, "width %u", 1u << i);
    cr_expect(platform_mmio(&world->platform, reg_pa(R_CONFIG + 20), 2, false, &bytes[0]));
    cr_expect_eq(bytes[0], SECTOR);
}

Test(virtio, p37_configuration_ends_in_zeros_and_then_in_nothing)
{
    uint64_t value = 1;
    cr_expect(platform_mmio(&world->platform, reg_pa(0x1f8), 8, false, &value));
    cr_expect_eq(value, 0);
    cr_expect_not(platform_mmio(&world->platform, reg_pa(0x200), 4, false, &value));
    cr_expect_not(platform_mmio(&world->platform, reg_pa(0xffc), 4, true, &value));
}

Test(virtio, registers_that_cannot_be_read_or_written_say_nothing)
{
    static const unsigned write_only[] = {0x14, 0x20, 0x24, 0x30, 0x38, 0x50, 0x64, 0x80, 0xa4};
    static const unsigned read_only[] = {0x0, 0x4, 0x8, 0xc, 0x10, 0x34, 0x60, 0xfc, 0x100, 0x108};
    struct virtio before = world->platform.s.virtio[0];
    for (unsigned i = 0; i < sizeof write_only / sizeof *write_only; i++)
        cr_expect_eq(reg(write_only[i]), 0, "%#x", write_only[i]);
    for (unsigned i = 0; i < sizeof read_only / sizeof *read_only; i++)
        set_reg(read_only[i], 0xffffffff);
    cr_expect_arr_eq(&world->platform.s.virtio[0], &before, sizeof before);
    cr_expect_eq(reg(0xb0), 0xffffffff, "no shared memory: its length is -1");
}

Test(virtio, a_request_is_done_when_it_is_notified)
{
    describe_read(7);
    post(0, 0);
    cr_expect_eq(used_idx(0), 0);
    kick(0);
    expect_sector(7);
    cr_expect_eq(used_idx(0), 1);
    cr_expect_eq(used_id(0, 0), 0);
    cr_expect_eq(used_len(0, 0), SECTOR + 1);
}

Test(virtio, nothing_is_taken_before_driver_ok)
{
    set_reg(R_STATUS, 0);
    set_up_queue(0);
    describe_read(7);
    post(0, 0);
    set_reg(R_STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    kick(0);
    cr_expect_eq(used_idx(0), 0);
    set_reg(R_STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    kick(0);
    cr_expect_eq(used_idx(0), 1);
}

Test(virtio, a_queue_goes_round_and_its_indices_wrap)
{
    for (unsigned i = 0; i < 0x10000 + 5; i++) {
        describe_read(i % SECTORS);
        post(0, 0);
        kick(0);
        cr_assert_eq(used_idx(0), (uint16_t)(i + 1));
    }
    expect_sector((0x10000 + 4) % SECTORS);
}

Test(virtio, several_requests_make_one_interrupt)
{
    describe_read(1);
    for (unsigned i = 0; i < NUM; i++)
        post(0, 0);
    kick(0);
    cr_expect_eq(used_idx(0), NUM);
    cr_expect_eq(reg(R_INTERRUPT_STATUS), 1);
    set_reg(R_INTERRUPT_ACK, 2);
    cr_expect_eq(reg(R_INTERRUPT_STATUS), 1, "only what is named is acknowledged");
    set_reg(R_INTERRUPT_ACK, 1);
    cr_expect_eq(reg(R_INTERRUPT_STATUS), 0);
}

Test(virtio, the_interrupt_goes_to_the_slots_source_until_it_is_acknowledged)
{
    world->platform.disk[3] = world->platform.disk[0];
    slot = 3;
    start_driver(F_VERSION_1, 1);
    describe_read(1);
    post(0, 0);
    kick(0);
    cr_expect_eq(world->platform.s.plic.level[0], 1 << 4);
    set_reg(R_INTERRUPT_ACK, 1);
    cr_expect_eq(world->platform.s.plic.level[0], 0);
}

Test(virtio, a_driver_can_do_without_interrupts)
{
    store16(ring(0) + AVAIL, 1); /* VIRTQ_AVAIL_F_NO_INTERRUPT */
    describe_read(1);
    post(0, 0);
    kick(0);
    cr_expect_eq(used_idx(0), 1);
    cr_expect_eq(reg(R_INTERRUPT_STATUS), 0);
}

Test(virtio, with_event_idx_the_interrupt_comes_at_the_entry_that_was_named)
{
    start_driver(F_VERSION_1 | F_EVENT_IDX, 1);
    store16(ring(0) + AVAIL, 1); /* means nothing now (2.7.7.2) */
    for (unsigned i = 0; i < 5; i++) {
        store16(ring(0) + AVAIL + 4 + 2 * NUM, 2); /* used_event */
        describe_read(1);
        post(0, 0);
        kick(0);
        cr_expect_eq(reg(R_INTERRUPT_STATUS), i == 2, "entry %u", i);
        set_reg(R_INTERRUPT_ACK, 1);
        cr_expect_eq(load16(ring(0) + USED + 4 + 8 * NUM), i + 1, "avail_event");
    }
}

Test(virtio, a_request_may_be_in_any_number_of_pieces)
{
    describe_read(9);
    describe(ring(0), 0, HEADER, 7, NEXT, 4);
    describe(ring(0), 4, HEADER + 7, 0, NEXT, 5);
    describe(ring(0), 5, HEADER + 7, 9, NEXT, 1);
    describe(ring(0), 1, DATA, 1, NEXT | WRITE, 6);
    describe(ring(0), 6, DATA + 1, SECTOR - 1, NEXT | WRITE, 7);
    describe(ring(0), 7, DATA, 0, NEXT | WRITE, 2);
    post(0, 0);
    kick(0);
    expect_sector(9);
}

Test(virtio, a_request_may_be_in_an_indirect_table)
{
    uint64_t table = ring(0) + INDIRECT_TABLE;
    start_driver(F_VERSION_1 | F_INDIRECT, 1);
    describe_read(11);
    memcpy(mem(table), mem(ring(0) + 16), 32);
    describe(table, 0, DATA, SECTOR, NEXT | WRITE, 1);
    describe(table, 1, STATUS, 1, WRITE, 0);
    describe(ring(0), 0, HEADER, 16, NEXT, 3);
    describe(ring(0), 3, table, 32, INDIRECT | WRITE, 0); /* the flag is ignored (2.7.5.3.2) */
    post(0, 0);
    kick(0);
    expect_sector(11);
}

Test(virtio, p37_chains_that_make_no_sense_break_the_device)
{
    const struct {
        const char *why;
        unsigned index;
        uint64_t pa;
        uint32_t size;
        uint16_t flags, next;
    } rows[] = {
        {"a loop", 2, STATUS, 0, NEXT | WRITE, 2},
        {"a long loop", 2, STATUS, 1, NEXT | WRITE, 1},
        {"next outside the table", 1, DATA, SECTOR, NEXT | WRITE, NUM},
        {"next far outside", 1, DATA, SECTOR, NEXT | WRITE, 0xffff},
        {"readable after writable", 2, STATUS, 1, 0, 0},
        {"below RAM", 1, RAM_BASE - 1, SECTOR, NEXT | WRITE, 2},
        {"a device", 1, UART_BASE, SECTOR, NEXT | WRITE, 2},
        {"over the end of RAM", 1, RAM_BASE + FIXTURE_RAM - 1, SECTOR, NEXT | WRITE, 2},
        {"behind RAM", 1, RAM_BASE + FIXTURE_RAM + 1, 0, NEXT | WRITE, 2},
        {"over the end of all addresses", 1, ~(uint64_t)0, SECTOR, NEXT | WRITE, 2},
        {"absurdly long", 1, RAM_BASE, 0xffffffff, NEXT | WRITE, 2},
        {"indirect, which was not negotiated", 1, ring(0) + INDIRECT_TABLE, 16, INDIRECT, 0},
    };
    describe_read(3);
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        describe(ring(0), rows[i].index, rows[i].pa, rows[i].size, rows[i].flags, rows[i].next);
        post(0, 0);
        kick(0);
        expect_broken(rows[i].why);
    }
    post(0, NUM);
    kick(0);
    expect_broken("a head outside the table");
}

Test(virtio, p37_more_bytes_than_there_are_break_the_device)
{
    describe_read(3);
    describe(ring(0), 1, RAM_BASE, FIXTURE_RAM, NEXT | WRITE, 2);
    post(0, 0);
    kick(0);
    expect_broken("parts that overlap");
}

Test(virtio, p37_indirect_tables_that_make_no_sense_break_the_device)
{
    uint64_t table = ring(0) + INDIRECT_TABLE;
    const struct {
        const char *why;
        uint64_t pa;
        uint32_t size;
        uint16_t flags, inner;
    } rows[] = {
        {"empty", table, 0, INDIRECT, 0},
        {"half an entry", table, 24, INDIRECT, 0},
        {"with a next", table, 32, INDIRECT | NEXT, 0},
        {"inside another", table, 32, INDIRECT, INDIRECT},
        {"outside RAM", UART_BASE, 32, INDIRECT, 0},
        {"over the end", RAM_BASE + FIXTURE_RAM - 8, 32, INDIRECT, 0},
        {"next outside it", table, 32, INDIRECT, NEXT},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        start_driver(F_VERSION_1 | F_INDIRECT, 1);
        describe_read(3);
        if (rows[i].inner) {
            describe(table, 0, HEADER, 16, rows[i].inner, 7);
        } else { /* all would be well but for the one thing */
            describe(table, 0, HEADER, 16, NEXT, 1);
            describe(table, 1, STATUS, 1, WRITE, 0);
        }
        describe(ring(0), 0, rows[i].pa, rows[i].size, rows[i].flags, 1);
        post(0, 0);
        kick(0);
        expect_broken(rows[i].why);
    }
}

Test(virtio, p37_a_table_of_endless_parts_breaks_the_device)
{
    uint64_t table = BUFFERS;
    start_driver(F_VERSION_1 | F_INDIRECT, 1);
    for (unsigned i = 0; i < 0x700; i++)
        describe(table, i, HEADER, 1, NEXT, (uint16_t)(i + 1));
    describe(ring(0), 0, table, 0x7000, INDIRECT, 0);
    post(0, 0);
    kick(0);
    cr_expect(is_broken());
}

Test(virtio, p37_an_available_index_that_jumps_breaks_the_device)
{
    describe_read(3);
    store16(ring(0) + AVAIL + 2, NUM + 1);
    kick(0);
    expect_broken("more than the queue holds");
    store16(ring(0) + AVAIL + 2, 0xffff);
    kick(0);
    expect_broken("backwards");
}

Test(virtio, p37_rings_outside_ram_break_the_device)
{
    static const unsigned registers[] = {R_QUEUE_DESC, R_QUEUE_DRIVER, R_QUEUE_DEVICE};
    static const uint64_t places[] = {0,
                                      UART_BASE,
                                      RAM_BASE - 0x800,
                                      RAM_BASE + FIXTURE_RAM - 1,
                                      ~(uint64_t)0,
                                      ~(uint64_t)0 - 15};
    describe_read(3);
    for (unsigned i = 0; i < 3; i++)
        for (unsigned j = 0; j < sizeof places / sizeof *places; j++) {
            set_reg(R_QUEUE_READY, 0);
            set_reg64(registers[i], places[j]);
            set_reg(R_QUEUE_READY, 1);
            post(0, 0);
            kick(0);
            cr_expect(is_broken(), "%#x at %#llx", registers[i], (unsigned long long)places[j]);
            store16(ring(0) + AVAIL + 2, 0);
            start_driver(F_VERSION_1, 1);
        }
}

/* What is read is an available ring with one request more than were taken. */
static bool one_more(struct disk_backend *backend, uint64_t sector, void *buffer, size_t size,
                     bool is_write)
{
    (void)backend, (void)sector, (void)is_write;
    uint16_t index = (uint16_t)(++disk.transfers + 1);
    memset(buffer, 0, size);
    memcpy((uint8_t *)buffer + 2, &index, 2);
    cr_assert_leq(disk.transfers, 1000, "it goes on for ever");
    return true;
}

Test(virtio, p37_a_request_that_feeds_its_own_queue_comes_to_an_end)
{
    disk.backend.transfer = one_more;
    describe_read(0);
    describe(ring(0), 1, ring(0) + AVAIL, SECTOR, NEXT | WRITE, 2);
    post(0, 0);
    kick(0);
    cr_expect_eq(disk.transfers, NUM);
    cr_expect_not(is_broken());
}

Test(virtio, a_broken_device_does_nothing_until_its_reset)
{
    describe_read(3);
    post(0, NUM);
    kick(0);
    cr_assert(is_broken());
    set_reg(R_STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
    cr_expect(is_broken(), "only a reset helps");
    post(0, 0);
    kick(0);
    cr_expect_eq(used_idx(0), 0);
    set_reg(R_STATUS, 0);
    cr_expect_eq(reg(R_STATUS), 0);
}

Test(virtio, a_driver_cannot_break_a_device_by_saying_so)
{
    set_reg(R_STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK | NEEDS_RESET);
    cr_expect_not(is_broken());
}

Test(virtio, a_power_cycle_resets_every_slot)
{
    platform_reset(&world->platform);
    cr_expect_eq(reg(R_STATUS), 0);
    cr_expect_eq(reg(R_DEVICE_ID), 2, "but the disk is still there");
}
