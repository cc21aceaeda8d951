/* A platform with 64 KiB of RAM and one virtio device in slot 0, and a driver for its queue. The
 * RAM is reached by DMA alone, and what the device does there is noted. Nothing here asks the UART
 * or the PLIC. */
#ifndef LAB8_WORLD_H
#define LAB8_WORLD_H

#include <string.h>

#include "lab_test.h"
#include "virtqueue.h"

enum { WORLD_RAM = 0x10000, NUM = 8, NOTES = 64 };
enum { NEXT = 1, WRITE = 2, INDIRECT = 4 }; /* flags of a descriptor (2.7.5) */

/* Where the driver keeps its table, its rings, a second table, and buffers. */
#define TABLE (RAM_BASE + 0x0)
#define AVAILABLE (RAM_BASE + 0x1000)
#define USED (RAM_BASE + 0x2000)
#define SECOND_TABLE (RAM_BASE + 0x3000)
#define BUFFERS (RAM_BASE + 0x8000)

/* One transfer of the device. */
struct note {
    uint64_t pa;
    size_t size;
    bool is_write;
};

static struct world {
    struct platform platform;
    uint8_t ram[WORLD_RAM];
    struct note note[NOTES];
    unsigned notes;
} w;

static inline bool world_dma(void *owner, uint64_t pa, void *buffer, size_t size, bool is_write)
{
    struct world *world = owner;
    uint64_t offset = pa - RAM_BASE;
    if (offset > WORLD_RAM || size > WORLD_RAM - offset)
        return false;
    if (world->notes < NOTES)
        world->note[world->notes++] = (struct note){pa, size, is_write};
    memcpy(is_write ? world->ram + offset : buffer, is_write ? buffer : world->ram + offset, size);
    return true;
}

static inline uint8_t *mem(uint64_t pa)
{
    return w.ram + (pa - RAM_BASE);
}

static inline uint16_t load16(uint64_t pa)
{
    uint16_t value;
    memcpy(&value, mem(pa), 2);
    return value;
}

static inline uint32_t load32(uint64_t pa)
{
    uint32_t value;
    memcpy(&value, mem(pa), 4);
    return value;
}

static inline void store16(uint64_t pa, uint16_t value)
{
    memcpy(mem(pa), &value, 2);
}

static inline struct virtio *virtio(void)
{
    return &w.platform.s.virtio[0];
}

static inline struct virtqueue *queue(void)
{
    return &virtio()->queue[0];
}

/* A driver has set the device up, and accepted these features beside VERSION_1. */
static inline void given_a_driver(uint64_t features)
{
    w.platform.ram_size = WORLD_RAM;
    w.platform.dma = world_dma;
    w.platform.owner = &w;
    *virtio() = (struct virtio){.driver_features = VIRTIO_F_VERSION_1 | features,
                                .status = VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK |
                                          VIRTIO_DRIVER_OK};
    *queue() = (struct virtqueue){
        .desc = TABLE, .driver = AVAILABLE, .device = USED, .num = NUM, .is_ready = 1};
}

static inline void describe(uint64_t table, unsigned index, uint64_t pa, uint32_t size,
                            uint16_t flags, uint16_t next)
{
    uint8_t *at = mem(table + 16 * (uint64_t)index);
    memcpy(at, &pa, 8);
    memcpy(at + 8, &size, 4);
    memcpy(at + 12, &flags, 2);
    memcpy(at + 14, &next, 2);
}

/* Makes the chain from descriptor `head` available. */
static inline void post(uint16_t head)
{
    uint16_t index = load16(AVAILABLE + 2);
    store16(AVAILABLE + 4 + 2 * (uint64_t)(index % NUM), head);
    store16(AVAILABLE + 2, (uint16_t)(index + 1));
}

static inline bool is_broken(void)
{
    return virtio()->status & VIRTIO_NEEDS_RESET;
}

#endif
