/* The transport: its registers (VIRTIO 1.2, 4.2.2), feature negotiation and status (3.1.1), and
 * which device is in which slot. */
#include "virtio.h"

#include <string.h>

#include "virtqueue.h"

enum {
    MAGIC = 0x000,
    VERSION = 0x004,
    DEVICE_ID = 0x008,
    VENDOR_ID = 0x00c,
    DEVICE_FEATURES = 0x010,
    DEVICE_FEATURES_SEL = 0x014,
    DRIVER_FEATURES = 0x020,
    DRIVER_FEATURES_SEL = 0x024,
    QUEUE_SEL = 0x030,
    QUEUE_NUM_MAX = 0x034,
    QUEUE_NUM = 0x038,
    QUEUE_READY = 0x044,
    QUEUE_NOTIFY = 0x050,
    INTERRUPT_STATUS = 0x060,
    INTERRUPT_ACK = 0x064,
    STATUS = 0x070,
    QUEUE_DESC = 0x080,
    QUEUE_DRIVER = 0x090,
    QUEUE_DEVICE = 0x0a0,
    SHM_LEN = 0x0b0,
    SHM_BASE = 0x0b8,
    CONFIG_GENERATION = 0x0fc,
    SLOT_END = 0x200,
};

/* "virt", and the vendor that drivers know from this board: xv6's looks for "QEMU". */
#define MAGIC_VALUE 0x74726976
#define VENDOR_VALUE 0x554d4551

static const struct virtio_model empty;

static const struct virtio_model *model_of(const struct platform *platform, unsigned slot)
{
    if (slot < VIRTIO_DISKS)
        return platform->disk[slot] ? &virtio_block : &empty;
    if (slot == VIRTIO_NET_SLOT)
        return platform->packets ? &virtio_net : &empty;
    if (slot == VIRTIO_CONSOLE_SLOT)
        return platform->has_virtio_console ? &virtio_console : &empty;
    return slot == VIRTIO_ENTROPY_SLOT ? &virtio_entropy : &empty;
}

void virtio_reset(struct virtio *virtio)
{
    memset(virtio, 0, sizeof *virtio);
}

bool virtio_irq(const struct virtio *virtio)
{
    return virtio->interrupts;
}

static uint64_t offered(const struct platform *platform, unsigned slot)
{
    return VIRTIO_F_VERSION_1 | VIRTIO_F_INDIRECT_DESC | VIRTIO_F_EVENT_IDX |
           model_of(platform, slot)->features(platform, slot);
}

/* The queue that QueueSel names, or NULL. */
static struct virtqueue *selected(struct platform *platform, unsigned slot)
{
    struct virtio *virtio = &platform->s.virtio[slot];
    return virtio->queue_sel < model_of(platform, slot)->queues ? &virtio->queue[virtio->queue_sel]
                                                                : NULL;
}

/* The word of a 64-bit value that a selector of 0 or 1 names; others are zero. */
static uint32_t word_of(uint64_t value, uint32_t sel)
{
    return sel < 2 ? (uint32_t)(value >> 32 * sel) : 0;
}

static uint64_t with_word(uint64_t value, uint32_t sel, uint32_t word)
{
    uint64_t mask = sel < 2 ? (uint64_t)UINT32_MAX << 32 * sel : 0;
    return (value & ~mask) | ((uint64_t)word << 32 * (sel & 1) & mask);
}

static uint32_t read_word(struct platform *platform, unsigned slot, uint64_t offset)
{
    const struct virtio *virtio = &platform->s.virtio[slot];
    const struct virtqueue *queue = selected(platform, slot);
    switch (offset) {
    case DEVICE_FEATURES:
        return word_of(offered(platform, slot), virtio->device_features_sel);
    case QUEUE_NUM_MAX:
        return queue ? VIRTIO_QUEUE_SIZE : 0;
    case QUEUE_READY:
        return queue ? queue->is_ready : 0;
    case INTERRUPT_STATUS:
        return virtio->interrupts;
    case STATUS:
        return virtio->status;
    case SHM_LEN: /* there are no shared memory regions (4.2.2) */
    case SHM_LEN + 4:
    case SHM_BASE:
    case SHM_BASE + 4:
        return UINT32_MAX;
    case CONFIG_GENERATION: /* configurations do not change */
    default:
        return 0;
    }
}

/* What every slot says, an empty one too (4.2.2). */
static uint32_t read_identity(const struct virtio_model *model, uint64_t offset)
{
    switch (offset) {
    case MAGIC:
        return MAGIC_VALUE;
    case VERSION:
        return 2;
    case DEVICE_ID:
        return model->id;
    case VENDOR_ID:
        return VENDOR_VALUE;
    default:
        return 0;
    }
}

/* A driver may accept what is offered, and no more (2.2.2). VERSION_1 it should accept; xv6's
 * driver, which keeps to version 1 in all else, does not, and the device may go on (6.2). */
static bool is_acceptable(const struct platform *platform, unsigned slot)
{
    return !(platform->s.virtio[slot].driver_features & ~offered(platform, slot));
}

static void write_status(struct platform *platform, unsigned slot, uint32_t value)
{
    struct virtio *virtio = &platform->s.virtio[slot];
    if (value == 0) {
        virtio_reset(virtio);
        return;
    }
    virtio->is_dry = 0; /* what waits may find a driver now */
    bool is_new = !(virtio->status & VIRTIO_FEATURES_OK);
    if (is_new && !is_acceptable(platform, slot))
        value &= ~(uint32_t)VIRTIO_FEATURES_OK;
    value &= 0xff & ~(uint32_t)VIRTIO_NEEDS_RESET; /* which is the device's to say */
    virtio->status = value | (virtio->status & VIRTIO_NEEDS_RESET);
}

static bool is_queue_size(uint32_t num)
{
    return num && num <= VIRTIO_QUEUE_SIZE && !(num & (num - 1));
}

/* Registers of the selected queue. What a queue is, it is from the moment that it is ready
 * (4.2.3.2). */
static void write_queue(struct virtqueue *queue, uint64_t offset, uint32_t value)
{
    if (offset == QUEUE_READY)
        queue->is_ready = value & 1 && queue->num;
    if (queue->is_ready)
        return;
    switch (offset) {
    case QUEUE_NUM:
        queue->num = is_queue_size(value) ? (uint16_t)value : 0;
        break;
    case QUEUE_DESC:
    case QUEUE_DESC + 4:
        queue->desc = with_word(queue->desc, offset & 4 ? 1 : 0, value);
        break;
    case QUEUE_DRIVER:
    case QUEUE_DRIVER + 4:
        queue->driver = with_word(queue->driver, offset & 4 ? 1 : 0, value);
        break;
    case QUEUE_DEVICE:
    case QUEUE_DEVICE + 4:
        queue->device = with_word(queue->device, offset & 4 ? 1 : 0, value);
        break;
    default: /* read-only, or not there */
        break;
    }
}

static void write_word(struct platform *platform, unsigned slot, uint64_t offset, uint32_t value)
{
    struct virtio *virtio = &platform->s.virtio[slot];
    const struct virtio_model *model = model_of(platform, slot);
    struct virtqueue *queue = selected(platform, slot);
    switch (offset) {
    case DEVICE_FEATURES_SEL:
        virtio->device_features_sel = value;
        break;
    case DRIVER_FEATURES_SEL:
        virtio->driver_features_sel = value;
        break;
    case DRIVER_FEATURES:
        if (!(virtio->status & VIRTIO_FEATURES_OK))
            virtio->driver_features =
                with_word(virtio->driver_features, virtio->driver_features_sel, value);
        break;
    case QUEUE_SEL:
        virtio->queue_sel = value;
        break;
    case QUEUE_NOTIFY:
        if (value < model->queues) {
            virtio->is_dry &= ~((uint32_t)1 << value);
            model->notify(platform, slot, value);
        }
        break;
    case INTERRUPT_ACK:
        virtio->interrupts &= ~value;
        break;
    case STATUS:
        write_status(platform, slot, value);
        break;
    default:
        if (queue)
            write_queue(queue, offset, value);
        break;
    }
}

/* Configuration space is little-endian bytes, and zero behind its end. Nothing in it can be
 * written. */
static void access_config(struct platform *platform, unsigned slot, uint64_t offset, unsigned size,
                          uint64_t *value)
{
    const struct virtio_model *model = model_of(platform, slot);
    uint8_t bytes[SLOT_END - VIRTIO_CONFIG] = {0};
    if (model->config)
        model->config(platform, slot, bytes);
    *value = 0;
    memcpy(value, bytes + (offset - VIRTIO_CONFIG), size);
}

bool virtio_access(struct platform *platform, unsigned slot, uint64_t offset, unsigned size,
                   bool is_write, uint64_t *value)
{
    const struct virtio_model *model = model_of(platform, slot);
    if (offset >= SLOT_END)
        return false;
    if (offset >= VIRTIO_CONFIG) {
        if (!is_write)
            access_config(platform, slot, offset, size, value);
        return true;
    }
    if (size != 4)
        return false;
    if (is_write && model->id)
        write_word(platform, slot, offset, (uint32_t)*value);
    else if (!is_write && (offset <= VENDOR_ID || !model->id))
        *value = read_identity(model, offset);
    else if (!is_write)
        *value = read_word(platform, slot, offset);
    return true;
}
