/* The block device, by VIRTIO 1.2, 5.2. */
#include "disk.h"

enum { TYPE_IN = 0, TYPE_OUT = 1, TYPE_FLUSH = 4, TYPE_GET_ID = 8 };
enum { OK = 0, IOERR = 1, UNSUPP = 2, PENDING = 0xee };
enum { F_SEG_MAX = 1 << 2, F_RO = 1 << 5, F_BLK_SIZE = 1 << 6, F_FLUSH = 1 << 9 };
#define HEADER BUFFERS
#define STATUS (BUFFERS + 16)
#define DATA (BUFFERS + 0x1000)

static void given_a_driver(void)
{
    given_a_disk();
    start_driver(F_VERSION_1 | F_FLUSH, 1);
}

/* Carries out one request with `size` bytes at DATA, and returns its status. */
static unsigned request(uint32_t type, uint64_t sector, uint32_t size, bool is_write)
{
    uint16_t done = used_idx(0);
    memcpy(mem(HEADER), &type, 4);
    memcpy(mem(HEADER + 8), &sector, 8);
    *mem(STATUS) = PENDING;
    describe(ring(0), 0, HEADER, 16, NEXT, size ? 1 : 2);
    describe(ring(0), 1, DATA, size, (uint16_t)(NEXT | (is_write ? 0 : WRITE)), 2);
    describe(ring(0), 2, STATUS, 1, WRITE, 0);
    post(0, 0);
    kick(0);
    cr_expect_eq(used_idx(0), (uint16_t)(done + 1));
    return *mem(STATUS);
}

TestSuite(virtio_blk, .init = given_a_driver);

Test(virtio_blk, the_configuration_names_capacity_and_block_size)
{
    cr_expect_eq(reg(R_CONFIG), SECTORS);
    cr_expect_eq(reg(R_CONFIG + 4), 0);
    cr_expect_eq(reg(R_CONFIG + 12), 254, "seg_max: a full queue but header and status");
    cr_expect_eq(reg(R_CONFIG + 20), 512);
    cr_expect_eq(device_features() & 0xffffff, F_SEG_MAX | F_BLK_SIZE | F_FLUSH);
    disk.backend.is_read_only = true;
    cr_expect_eq(device_features() & 0xffffff, F_SEG_MAX | F_BLK_SIZE | F_FLUSH | F_RO);
}

Test(virtio_blk, sectors_are_read)
{
    cr_expect_eq(request(TYPE_IN, 2, 9 * SECTOR, false), OK);
    cr_expect_arr_eq(mem(DATA), disk.bytes + 2 * SECTOR, 9 * SECTOR);
    cr_expect_eq(used_len(0, 0), 9 * SECTOR + 1);
}

Test(virtio_blk, sectors_are_written)
{
    memset(mem(DATA), 0x5a, 9 * SECTOR);
    uint8_t before = disk.bytes[20 * SECTOR - 1], after = disk.bytes[29 * SECTOR];
    cr_expect_eq(request(TYPE_OUT, 20, 9 * SECTOR, true), OK);
    cr_expect_arr_eq(disk.bytes + 20 * SECTOR, mem(DATA), 9 * SECTOR);
    cr_expect_eq(disk.bytes[20 * SECTOR - 1], before);
    cr_expect_eq(disk.bytes[29 * SECTOR], after);
    cr_expect_eq(used_len(0, 0), 1, "of the driver's memory only the status is written");
}

Test(virtio_blk, the_last_sector_is_the_last)
{
    cr_expect_eq(request(TYPE_IN, SECTORS - 1, SECTOR, false), OK);
    cr_expect_eq(request(TYPE_IN, SECTORS, 0, false), OK, "nothing, at the end");
    disk.transfers = 0;
    cr_expect_eq(request(TYPE_IN, SECTORS - 1, 2 * SECTOR, false), IOERR);
    cr_expect_eq(request(TYPE_IN, SECTORS, SECTOR, false), IOERR);
    cr_expect_eq(request(TYPE_IN, ~(uint64_t)0, SECTOR, false), IOERR);
    cr_expect_eq(request(TYPE_OUT, ~(uint64_t)0 / SECTOR + 1, SECTOR, true), IOERR);
    cr_expect_eq(request(TYPE_OUT, SECTORS - 1, 2 * SECTOR, true), IOERR);
    cr_expect_eq(disk.transfers, 0);
}

Test(virtio_blk, half_sectors_are_errors)
{
    cr_expect_eq(request(TYPE_IN, 0, SECTOR - 1, false), IOERR);
    cr_expect_eq(request(TYPE_OUT, 0, SECTOR + 1, true), IOERR);
    cr_expect_eq(disk.transfers, 0);
}

Test(virtio_blk, a_read_only_disk_is_not_written)
{
    disk.backend.is_read_only = true;
    start_driver(F_VERSION_1 | F_RO, 1);
    store16(ring(0) + AVAIL + 2, 0);
    store16(ring(0) + USED + 2, 0);
    cr_expect_eq(request(TYPE_OUT, 0, SECTOR, true), IOERR);
    cr_expect_eq(request(TYPE_IN, 0, SECTOR, false), OK);
    cr_expect_eq(disk.transfers, 1);
}

Test(virtio_blk, an_error_of_the_host_is_one_of_the_disk)
{
    disk.fails = true;
    cr_expect_eq(request(TYPE_IN, 0, SECTOR, false), IOERR);
    cr_expect_eq(request(TYPE_OUT, 0, SECTOR, true), IOERR);
    cr_expect_eq(request(TYPE_FLUSH, 0, 0, false), IOERR);
    disk.fails = false;
    cr_expect_eq(request(TYPE_IN, 0, SECTOR, false), OK);
}

Test(virtio_blk, a_flush_is_passed_on)
{
    request(TYPE_OUT, 0, SECTOR, true);
    cr_expect_eq(disk.flushes, 0);
    cr_expect_eq(request(TYPE_FLUSH, 0, 0, false), OK);
    cr_expect_eq(disk.flushes, 1);
}

Test(virtio_blk, without_flush_every_write_is_on_the_medium)
{
    start_driver(F_VERSION_1, 1);
    request(TYPE_OUT, 0, SECTOR, true);
    cr_expect_eq(disk.flushes, 1);
    disk.fails = true;
    cr_expect_eq(request(TYPE_OUT, 0, SECTOR, true), IOERR);
}

Test(virtio_blk, a_disk_has_a_name)
{
    static const char name[20] = "trapeze-disk-0";
    memset(mem(DATA), 0xff, 64);
    cr_expect_eq(request(TYPE_GET_ID, 0, 20, false), OK);
    cr_expect_arr_eq(mem(DATA), name, 20);
    cr_expect_eq(*mem(DATA + 20), 0xff);
    memset(mem(DATA), 0xff, 64);
    cr_expect_eq(request(TYPE_GET_ID, 0, 5, false), OK, "as much as there is room for");
    cr_expect_arr_eq(mem(DATA), name, 5);
    cr_expect_eq(*mem(DATA + 5), 0xff);
    cr_expect_eq(request(TYPE_GET_ID, 0, 64, false), OK);
}

Test(virtio_blk, other_requests_are_unsupported)
{
    static const uint32_t types[] = {2, 3, 5, 10, 11, 13, 0x80000000, 0xffffffff};
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++) {
        cr_expect_eq(request(types[i], 0, SECTOR, false), UNSUPP, "%#x", types[i]);
        cr_expect_eq(request(types[i], 0, SECTOR, true), UNSUPP, "%#x", types[i]);
    }
    cr_expect_eq(disk.transfers, 0);
}

/* A request of two descriptors, `readable` and `writable` bytes. */
static void odd_request(uint32_t readable, uint32_t writable)
{
    start_driver(F_VERSION_1, 1);
    store16(ring(0) + AVAIL + 2, 0);
    store16(ring(0) + USED + 2, 0);
    memset(mem(HEADER), 0, 32);
    describe(ring(0), 0, HEADER, readable, NEXT, 1);
    describe(ring(0), 1, HEADER + 16, writable, WRITE, 0);
    post(0, 0);
    kick(0);
}

Test(virtio_blk, p37_a_request_without_header_or_status_breaks_the_device)
{
    odd_request(15, 1);
    cr_expect(is_broken());
    cr_expect_eq(used_idx(0), 0);
    odd_request(0, 1);
    cr_expect(is_broken());
    odd_request(16, 0);
    cr_expect(is_broken());
    odd_request(0, 0);
    cr_expect(is_broken());
    odd_request(16, 1);
    cr_expect_not(is_broken());
}
