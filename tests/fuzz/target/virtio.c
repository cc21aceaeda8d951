/* A driver that does anything: stores to registers and to its memory, in any order. The devices
 * stay in their memory and disk, come to an end with every access, and once broken stay so.
 *
 * All devices are brought up first, each queue with a quarter of a page of its own from the
 * beginning of RAM: its table, at 256 its available ring, at 512 its used ring. */
#include <string.h>

#include "platform.h"
#include "target.h"

enum { RAM = 1 << 16, SECTORS = 16, QUEUE = 1024, NUM = 8 };
/* Much more than all that a notification may lead to: eight requests of 256 parts, or of all RAM in
 * pieces of a byte. */
enum { MOST_WORK = 8 * (RAM + 4 * VIRTIO_QUEUE_SIZE) };
enum { STATUS = 0x70, QUEUE_SEL = 0x30, QUEUE_NUM = 0x38, READY = 0x44, NOTIFY = 0x50 };
enum { QUEUE_DESC = 0x80, QUEUE_DRIVER = 0x90, QUEUE_DEVICE = 0xa0, NEEDS_RESET = 0x40 };
enum { FEATURES = 0x20, FEATURES_SEL = 0x24 };
static const unsigned slots[] = {0, VIRTIO_NET_SLOT, VIRTIO_CONSOLE_SLOT, VIRTIO_ENTROPY_SLOT};
enum { SLOTS = sizeof slots / sizeof *slots };

static struct world {
    struct platform platform;
    struct hart hart;
    uint8_t *ram;
    uint64_t work; /* pieces of memory that were moved */
} world;

static bool dma(void *owner, uint64_t pa, void *buffer, size_t size, bool is_write)
{
    uint64_t offset = pa - RAM_BASE;
    (void)owner;
    world.work++;
    if (offset > RAM || size > RAM - offset)
        return false;
    memcpy(is_write ? world.ram + offset : buffer, is_write ? buffer : world.ram + offset, size);
    return true;
}

static bool transfer(struct disk_backend *disk, uint64_t sector, void *buffer, size_t size,
                     bool is_write)
{
    check(size % 512 == 0 && sector <= disk->sectors && size / 512 <= disk->sectors - sector,
          "a request stays on the disk");
    if (!is_write)
        memset(buffer, (int)sector, size);
    return true;
}

static bool flush(struct disk_backend *disk)
{
    (void)disk;
    return true;
}

static void run(void *owner, unsigned index, uint64_t until)
{
    (void)owner, (void)index;
    world.platform.s.clock.steps = until;
}

static void store(unsigned slot, unsigned reg, uint32_t word)
{
    const struct virtio *virtio = &world.platform.s.virtio[slot];
    bool was_broken = virtio->status & NEEDS_RESET;
    uint16_t used = virtio->queue[0].next_used;
    uint64_t value = word;
    world.work = 0;
    platform_mmio(&world.platform, VIRTIO_BASE + VIRTIO_STRIDE * (uint64_t)slot + reg, 4, true,
                  &value);
    check(world.work <= MOST_WORK, "a notification comes to an end");
    bool is_reset = reg == STATUS && word == 0;
    check(!was_broken || is_reset || virtio->status & NEEDS_RESET, "only a reset mends a device");
    check(!was_broken || is_reset || virtio->queue[0].next_used == used, "it does nothing broken");
}

static void store64(unsigned slot, unsigned reg, uint64_t value)
{
    store(slot, reg, (uint32_t)value);
    store(slot, reg + 4, (uint32_t)(value >> 32));
}

static void bring_up(unsigned index)
{
    unsigned slot = slots[index];
    store(slot, FEATURES, 1u << 28 | 1u << 29);
    store(slot, FEATURES_SEL, 1);
    store(slot, FEATURES, 1);
    store(slot, STATUS, 0xb);
    for (unsigned queue = 0; queue < VIRTIO_QUEUES; queue++) {
        uint64_t at = RAM_BASE + QUEUE * (uint64_t)(VIRTIO_QUEUES * index + queue);
        store(slot, QUEUE_SEL, queue);
        store(slot, QUEUE_NUM, NUM);
        store64(slot, QUEUE_DESC, at);
        store64(slot, QUEUE_DRIVER, at + 256);
        store64(slot, QUEUE_DEVICE, at + 512);
        store(slot, READY, 1);
    }
    store(slot, STATUS, 0xf);
}

static void given_a_machine(void)
{
    static struct disk_backend disk = {.sectors = SECTORS, .transfer = transfer, .flush = flush};
    static struct packet packet = {.at = 100, .size = 60};
    static struct packet *packets[] = {&packet, &packet, &packet};
    static const struct packet_log log = {.packet = packets, .count = 3};
    static struct input_byte typed[] = {{100, 'a'}, {100, 'b'}};
    world.platform = (struct platform){.harts = 1,
                                       .hart = {&world.hart},
                                       .quantum = 1000,
                                       .ram_size = RAM,
                                       .has_virtio_console = true,
                                       .input = {.bytes = typed, .count = 2},
                                       .disk = {&disk},
                                       .packets = &log,
                                       .run = run,
                                       .dma = dma};
    world.ram = calloc(1, RAM);
    check(world.ram, "there is memory");
    hart_reset(&world.hart, ISA_FULL, 0, RAM_BASE);
    platform_reset(&world.platform);
    for (unsigned i = 0; i < SLOTS; i++)
        bring_up(i);
}

/* The rest of the input. */
struct script {
    const uint8_t *at, *end;
};

static uint64_t next(struct script *script, unsigned size)
{
    uint64_t value = 0;
    size_t left = (size_t)(script->end - script->at);
    size = size < left ? size : (unsigned)left;
    memcpy(&value, script->at, size);
    script->at += size;
    return value;
}

static void store_memory(struct script *script)
{
    uint64_t offset = next(script, 2), size = next(script, 1);
    for (uint64_t i = 0; i < size; i++)
        world.ram[(offset + i) % RAM] = (uint8_t)next(script, 1);
}

static void load_register(struct script *script)
{
    unsigned slot = next(script, 1) % VIRTIO_SLOTS, size = 1u << next(script, 1) % 4;
    uint64_t offset = next(script, 2) % VIRTIO_STRIDE, value;
    platform_mmio(&world.platform, VIRTIO_BASE + VIRTIO_STRIDE * (uint64_t)slot + offset, size,
                  false, &value);
}

/* One thing that a driver does: the lowest bits of a byte say which. */
static void act(struct script *script)
{
    uint64_t what = next(script, 1);
    unsigned slot = slots[what / 8 % SLOTS];
    switch (what % 5) {
    case 0:
        store_memory(script);
        break;
    case 1:
        store(slot, NOTIFY, next(script, 1) % 4);
        break;
    case 2:
        store(slot, next(script, 1) * 4 % 0x200, (uint32_t)next(script, 4));
        break;
    case 3:
        platform_run(&world.platform, world.platform.s.clock.steps + 200);
        break;
    default:
        load_register(script);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script script = {.at = data, .end = data + size};
    given_a_machine();
    while (script.at < script.end)
        act(&script);
    free(world.ram);
    return 0;
}
