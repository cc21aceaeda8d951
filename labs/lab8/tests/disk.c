/* Exercise 7: the disk. A driver's requests go through the queue, so 5 and 6 are needed. */
#include "world.h"

enum { SECTOR = 512, SECTORS = 64, NOTIFY = 0x50 };
enum { IN = 0, OUT = 1 };              /* request types (5.2.6) */
enum { OK = 0, IOERR = 1, OPEN = 99 }; /* status; the driver's own before it is answered */

#define HEADER (RAM_BASE + 0x4000)
#define STATUS (RAM_BASE + 0x4100)
#define READ_DISK "isa/device/virtio_blk.c: read_sectors, write_sectors; VIRTIO 1.2, 5.2.6"
#define READ_INSIDE "isa/device/virtio_blk.c: is_inside; VIRTIO 1.2, 5.2.6.2"

static struct {
    struct disk_backend backend;
    uint8_t bytes[SECTORS * SECTOR];
    unsigned transfers;
    uint64_t bad; /* a sector that cannot be moved; 0: there is none */
    bool strayed; /* it was asked for what it has not */
} disk;

static bool transfer(struct disk_backend *backend, uint64_t sector, void *buffer, size_t size,
                     bool is_write)
{
    (void)backend;
    bool is_good = size % SECTOR == 0 && sector <= SECTORS && size / SECTOR <= SECTORS - sector;
    disk.strayed |= !is_good;
    disk.transfers++;
    if (!is_good || (disk.bad && disk.bad - sector < size / SECTOR))
        return false;
    uint8_t *at = disk.bytes + sector * SECTOR;
    memcpy(is_write ? at : buffer, is_write ? buffer : at, size);
    return true;
}

static bool flush(struct disk_backend *backend)
{
    (void)backend;
    return true;
}

static uint8_t pattern(uint64_t at)
{
    return (uint8_t)(at / SECTOR + 3 * at);
}

static void given_a_disk(void)
{
    given_a_driver(0);
    disk.backend = (struct disk_backend){.sectors = SECTORS, .transfer = transfer, .flush = flush};
    for (unsigned i = 0; i < sizeof disk.bytes; i++)
        disk.bytes[i] = pattern(i);
    w.platform.disk[0] = &disk.backend;
}

/* A driver's request, whose data are `count` parts of these sizes from BUFFERS on, with 64 bytes
 * between them. Gives the status. */
static uint8_t ask(uint32_t type, uint64_t sector, const uint32_t *sizes, unsigned count)
{
    uint64_t at = BUFFERS, value = 0;
    memcpy(mem(HEADER), &type, 4);
    memcpy(mem(HEADER + 8), &sector, 8);
    *mem(STATUS) = OPEN;
    describe(TABLE, 0, HEADER, 16, NEXT, 1);
    for (unsigned i = 0; i < count; i++) {
        describe(TABLE, i + 1, at, sizes[i], (uint16_t)(NEXT | (type == IN ? WRITE : 0)),
                 (uint16_t)(i + 2));
        at += sizes[i] + 64;
    }
    describe(TABLE, count + 1, STATUS, 1, WRITE, 0);
    post(0);
    virtio_access(&w.platform, 0, NOTIFY, 4, true, &value);
    return *mem(STATUS);
}

static uint8_t ask_for(uint32_t type, uint64_t sector, uint32_t size)
{
    return ask(type, sector, &size, 1);
}

static void memory_is(uint64_t pa, uint64_t from, size_t size, const char *what)
{
    for (size_t i = 0; i < size; i++)
        same_u64(pattern(from + i), *mem(pa + i), "byte %zu of %s", i, what);
}

CLAIM(7, NEEDS(5, 6), "a sector comes as it is on the disk", READ_DISK)
{
    given_a_disk();
    same_u64(OK, ask_for(IN, 5, SECTOR), "the status");
    memory_is(BUFFERS, 5 * SECTOR, SECTOR, "sector 5");
    same_u64(0, *mem(BUFFERS + SECTOR), "the byte behind it");
    same_u64(SECTOR + 1, load32(USED + 8), "the bytes written, with the status");
}

CLAIM(7, NEEDS(5, 6), "a read fills the parts of its request in order", READ_DISK)
{
    static const uint32_t sizes[] = {100, 412, 1, 511};
    given_a_disk();
    same_u64(OK, ask(IN, 7, sizes, 4), "the status");
    uint64_t pa = BUFFERS, from = 7 * SECTOR;
    for (unsigned i = 0; i < 4; pa += sizes[i] + 64, from += sizes[i], i++)
        memory_is(pa, from, sizes[i], "a part");
}

CLAIM(7, NEEDS(5, 6), "a long read goes on, piece by piece", READ_DISK)
{
    given_a_disk();
    same_u64(OK, ask_for(IN, 3, 33 * SECTOR), "the status of a read of 33 sectors");
    memory_is(BUFFERS, 3 * SECTOR, 33 * SECTOR, "33 sectors");
}

CLAIM(7, NEEDS(5, 6), "a write changes its sectors and no others", READ_DISK)
{
    static const uint32_t sizes[] = {600, 424};
    given_a_disk();
    memset(mem(BUFFERS), 0xaa, 600);
    memset(mem(BUFFERS + 664), 0xbb, 424);
    same_u64(OK, ask(OUT, 9, sizes, 2), "the status");
    for (uint64_t i = 0; i < sizeof disk.bytes; i++) {
        bool is_first = i >= 9 * SECTOR && i < 9 * SECTOR + 600;
        bool is_second = i >= 9 * SECTOR + 600 && i < 11 * SECTOR;
        same_u64(is_first    ? 0xaa
                 : is_second ? 0xbb
                             : pattern(i),
                 disk.bytes[i], "byte %lu of sector %lu", i % SECTOR, i / SECTOR);
    }
}

CLAIM(7, NEEDS(5, 6), "a long write goes on, piece by piece", READ_DISK)
{
    given_a_disk();
    for (unsigned i = 0; i < 33 * SECTOR; i++)
        *mem(BUFFERS + i) = (uint8_t)(i / 7);
    same_u64(OK, ask_for(OUT, 20, 33 * SECTOR), "the status of a write of 33 sectors");
    for (unsigned i = 0; i < 33 * SECTOR; i++)
        same_u64((uint8_t)(i / 7), disk.bytes[20 * SECTOR + i], "byte %u that was written", i);
}

CLAIM(7, NEEDS(5, 6), "the last sector is there, and none behind it", READ_INSIDE)
{
    given_a_disk();
    same_u64(OK, ask_for(IN, SECTORS - 1, SECTOR), "the status of a read of the last sector");
    same_u64(IOERR, ask_for(IN, SECTORS, SECTOR), "the status of a read of the one behind it");
    same_u64(IOERR, ask_for(IN, SECTORS - 1, 2 * SECTOR), "the status of a read of both");
    same_u64(IOERR, ask_for(OUT, SECTORS - 1, 2 * SECTOR), "the status of a write of both");
    holds(!disk.strayed, "the disk is asked only for what it has", "it was asked for more");
}

CLAIM(7, NEEDS(5, 6), "a sector number near 2^64 is not on the disk", READ_INSIDE)
{
    static const uint64_t sectors[] = {UINT64_MAX, (uint64_t)1 << 55, ((uint64_t)1 << 55) + 3,
                                       UINT64_MAX - 1};
    given_a_disk();
    for (unsigned i = 0; i < 4; i++) {
        same_u64(IOERR, ask_for(IN, sectors[i], 2 * SECTOR), "the status of a read from %#lx on",
                 sectors[i]);
        same_u64(IOERR, ask_for(OUT, sectors[i], 2 * SECTOR), "the status of a write from %#lx on",
                 sectors[i]);
    }
    holds(!disk.strayed, "the disk is asked only for what it has", "it was asked for more");
}

CLAIM(7, NEEDS(5, 6), "half a sector cannot be moved", READ_INSIDE)
{
    given_a_disk();
    same_u64(IOERR, ask_for(IN, 5, SECTOR / 2), "the status of a read of half a sector");
    same_u64(IOERR, ask_for(OUT, 5, SECTOR + 1), "the status of a write of a sector and a byte");
    same_u64(0, disk.transfers, "the number of transfers");
}

CLAIM(7, NEEDS(5, 6), "what is refused moves nothing", READ_DISK)
{
    given_a_disk();
    same_u64(IOERR, ask_for(IN, SECTORS - 10, 11 * SECTOR), "the status of a read across the end");
    for (unsigned i = 0; i < 11 * SECTOR; i++)
        same_u64(0, *mem(BUFFERS + i), "byte %u of the buffer", i);
    same_u64(0, disk.transfers, "the number of transfers");
}

CLAIM(7, NEEDS(5, 6), "a read-only disk is not written", READ_DISK)
{
    given_a_disk();
    disk.backend.is_read_only = true;
    same_u64(IOERR, ask_for(OUT, 5, SECTOR), "the status of a write");
    same_u64(pattern(5 * SECTOR), disk.bytes[5 * SECTOR], "the first byte of the sector");
    same_u64(OK, ask_for(IN, 5, SECTOR), "the status of a read");
}

CLAIM(7, NEEDS(5, 6), "a disk that fails is reported, wherever it does", READ_DISK)
{
    static const uint64_t bad[] = {3, 17, 35};
    for (unsigned i = 0; i < 3; i++)
        for (uint32_t type = IN; type <= OUT; type++) {
            memset(&w, 0, sizeof w);
            given_a_disk();
            disk.bad = bad[i];
            same_u64(IOERR, ask_for(type, 3, 33 * SECTOR),
                     "the status of a %s of sectors 3 to 35, of which %lu is bad",
                     type == IN ? "read" : "write", bad[i]);
        }
}
