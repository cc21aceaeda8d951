/* A disk in memory, for tests of the block device. It fails when it is told to. */
#ifndef TEST_DISK_H
#define TEST_DISK_H

#include "driver.h"

enum { SECTOR = 512, SECTORS = 64 };

static struct test_disk {
    struct disk_backend backend;
    uint8_t bytes[SECTORS * SECTOR];
    unsigned flushes, transfers;
    bool fails;
} disk;

static inline bool disk_transfer(struct disk_backend *backend, uint64_t sector, void *buffer,
                                 size_t size, bool is_write)
{
    (void)backend;
    cr_assert(size % SECTOR == 0 && sector <= SECTORS && size <= (SECTORS - sector) * SECTOR);
    uint8_t *at = disk.bytes + sector * SECTOR;
    disk.transfers++;
    if (disk.fails)
        return false;
    memcpy(is_write ? at : buffer, is_write ? buffer : at, size);
    return true;
}

static inline bool disk_flush(struct disk_backend *backend)
{
    (void)backend;
    disk.flushes++;
    return !disk.fails;
}

/* A disk in slot 0 whose every byte says where it is. */
static inline void given_a_disk(void)
{
    world = fixture_reset(false);
    slot = 0;
    disk = (struct test_disk){
        .backend = {.sectors = SECTORS, .transfer = disk_transfer, .flush = disk_flush}};
    for (unsigned i = 0; i < sizeof disk.bytes; i++)
        disk.bytes[i] = (uint8_t)(i / SECTOR + 3 * i);
    world->platform.disk[0] = &disk.backend;
}

#endif
