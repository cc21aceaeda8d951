/* A small virtio driver in the memory of the fixture, written from VIRTIO 1.2: it drives one slot
 * through its registers, and lays out rings by hand so that they can also be laid out wrongly. */
#ifndef DRIVER_H
#define DRIVER_H

#include <criterion/criterion.h>

#include "fixture.h"

/* Registers (4.2.2), status bits (2.1), descriptor flags (2.7.5). */
enum {
    R_MAGIC = 0x0,
    R_VERSION = 0x4,
    R_DEVICE_ID = 0x8,
    R_VENDOR_ID = 0xc,
    R_DEVICE_FEATURES = 0x10,
    R_DEVICE_FEATURES_SEL = 0x14,
    R_DRIVER_FEATURES = 0x20,
    R_DRIVER_FEATURES_SEL = 0x24,
    R_QUEUE_SEL = 0x30,
    R_QUEUE_NUM_MAX = 0x34,
    R_QUEUE_NUM = 0x38,
    R_QUEUE_READY = 0x44,
    R_QUEUE_NOTIFY = 0x50,
    R_INTERRUPT_STATUS = 0x60,
    R_INTERRUPT_ACK = 0x64,
    R_STATUS = 0x70,
    R_QUEUE_DESC = 0x80,
    R_QUEUE_DRIVER = 0x90,
    R_QUEUE_DEVICE = 0xa0,
    R_CONFIG_GENERATION = 0xfc,
    R_CONFIG = 0x100
};
enum { ACKNOWLEDGE = 1, DRIVER = 2, DRIVER_OK = 4, FEATURES_OK = 8, NEEDS_RESET = 64 };
enum { NEXT = 1, WRITE = 2, INDIRECT = 4 };
#define F_INDIRECT ((uint64_t)1 << 28)
#define F_EVENT_IDX ((uint64_t)1 << 29)
#define F_VERSION_1 ((uint64_t)1 << 32)

/* Where the driver of a queue keeps things: 16 KiB a queue from the beginning of RAM, buffers from
 * 32 KiB on. */
enum { NUM = 8, QUEUE_BYTES = 0x4000, AVAIL = 0x1000, USED = 0x2000, INDIRECT_TABLE = 0x3000 };
#define BUFFERS (RAM_BASE + 0x8000)

static struct fixture *world;
static unsigned slot;      /* that is driven */
static uint16_t posted[2]; /* requests made available so far, a queue */

static inline uint64_t reg_pa(unsigned reg)
{
    return VIRTIO_BASE + (uint64_t)VIRTIO_STRIDE * slot + reg;
}

static inline uint32_t reg(unsigned offset)
{
    uint64_t value = ~(uint64_t)0;
    cr_expect(platform_mmio(&world->platform, reg_pa(offset), 4, false, &value), "%#x", offset);
    return (uint32_t)value;
}

static inline void set_reg(unsigned offset, uint32_t word)
{
    uint64_t value = word;
    cr_expect(platform_mmio(&world->platform, reg_pa(offset), 4, true, &value), "%#x", offset);
}

static inline void set_reg64(unsigned offset, uint64_t value)
{
    set_reg(offset, (uint32_t)value);
    set_reg(offset + 4, (uint32_t)(value >> 32));
}

static inline uint64_t device_features(void)
{
    set_reg(R_DEVICE_FEATURES_SEL, 1);
    uint64_t high = reg(R_DEVICE_FEATURES);
    set_reg(R_DEVICE_FEATURES_SEL, 0);
    return high << 32 | reg(R_DEVICE_FEATURES);
}

static inline void accept_features(uint64_t features)
{
    for (unsigned sel = 0; sel < 2; sel++) {
        set_reg(R_DRIVER_FEATURES_SEL, sel);
        set_reg(R_DRIVER_FEATURES, (uint32_t)(features >> 32 * sel));
    }
}

/* Guest memory: the bytes at `pa`. */
static inline uint8_t *mem(uint64_t pa)
{
    cr_assert(pa - RAM_BASE < FIXTURE_RAM);
    return world->ram + (pa - RAM_BASE);
}

static inline void store16(uint64_t pa, uint16_t value)
{
    memcpy(mem(pa), &value, 2);
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

static inline uint64_t ring(unsigned queue)
{
    return RAM_BASE + queue * QUEUE_BYTES;
}

static inline void set_up_queue(unsigned queue)
{
    set_reg(R_QUEUE_SEL, queue);
    set_reg(R_QUEUE_NUM, NUM);
    set_reg64(R_QUEUE_DESC, ring(queue));
    set_reg64(R_QUEUE_DRIVER, ring(queue) + AVAIL);
    set_reg64(R_QUEUE_DEVICE, ring(queue) + USED);
    set_reg(R_QUEUE_READY, 1);
    posted[queue] = 0;
}

/* The device is set up as 3.1.1 says, with `features` accepted. */
static inline void start_driver(uint64_t features, unsigned queues)
{
    set_reg(R_STATUS, 0);
    set_reg(R_STATUS, ACKNOWLEDGE);
    set_reg(R_STATUS, ACKNOWLEDGE | DRIVER);
    accept_features(features);
    set_reg(R_STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    cr_assert(reg(R_STATUS) & FEATURES_OK, "the features are refused");
    for (unsigned queue = 0; queue < queues; queue++)
        set_up_queue(queue);
    set_reg(R_STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
}

/* Writes one descriptor of the table at `table`. */
static inline void describe(uint64_t table, unsigned index, uint64_t pa, uint32_t size,
                            uint16_t flags, uint16_t next)
{
    uint64_t at = table + 16 * (uint64_t)index;
    memcpy(mem(at), &pa, 8);
    memcpy(mem(at + 8), &size, 4);
    store16(at + 12, flags);
    store16(at + 14, next);
}

/* Makes the chain from descriptor `head` available, without a notification. */
static inline void post(unsigned queue, uint16_t head)
{
    store16(ring(queue) + AVAIL + 4 + 2 * (posted[queue] % NUM), head);
    store16(ring(queue) + AVAIL + 2, ++posted[queue]);
}

static inline void kick(unsigned queue)
{
    set_reg(R_QUEUE_NOTIFY, queue);
}

static inline uint16_t used_idx(unsigned queue)
{
    return load16(ring(queue) + USED + 2);
}

static inline uint32_t used_id(unsigned queue, unsigned index)
{
    return load32(ring(queue) + USED + 4 + 8 * (uint64_t)(index % NUM));
}

static inline uint32_t used_len(unsigned queue, unsigned index)
{
    return load32(ring(queue) + USED + 8 + 8 * (uint64_t)(index % NUM));
}

static inline bool is_broken(void)
{
    return reg(R_STATUS) & NEEDS_RESET;
}

#endif
