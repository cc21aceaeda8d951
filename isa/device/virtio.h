/* virtio-mmio version 2 (Virtual I/O Device (VIRTIO) 1.2, sections 2 and 4.2): the registers of a
 * transport, and the device models behind them. Eight slots as on QEMU's virt board, each with a
 * page of addresses and a PLIC source.
 *
 * Everything that a driver says is hostile (P37): a queue that makes no sense breaks its device
 * (DEVICE_NEEDS_RESET) until the driver resets it. */
#ifndef VIRTIO_H
#define VIRTIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VIRTIO_SLOTS = 8, VIRTIO_QUEUES = 2, VIRTIO_QUEUE_SIZE = 256 };
/* What is in which slot: disks first, for xv6 looks for one in slot 0. */
enum { VIRTIO_DISKS = 4, VIRTIO_NET_SLOT = 4, VIRTIO_CONSOLE_SLOT = 5, VIRTIO_ENTROPY_SLOT = 6 };

/* A split virtqueue, as the driver set it up, and how far the device has come. No holes: states are
 * compared as bytes. */
struct virtqueue {
    uint64_t desc, driver, device; /* physical addresses of table, available ring, used ring */
    uint16_t num;                  /* entries: a power of two; 0: not said yet */
    uint16_t is_ready;
    uint16_t next_avail; /* index of the next request to take */
    uint16_t next_used;  /* index of the next to give back */
};

struct virtio {
    uint64_t driver_features; /* that the driver accepted */
    uint32_t status;
    uint32_t interrupts; /* InterruptStatus */
    uint32_t device_features_sel, driver_features_sel, queue_sel;
    uint32_t is_dry; /* a bit a queue: something came, and no request was there to take it */
    struct virtqueue queue[VIRTIO_QUEUES];
};

/* The back end of a disk, lent by the host. */
struct disk_backend {
    uint64_t sectors; /* of 512 bytes */
    bool is_read_only;
    /* Moves whole sectors within the disk. False: the host could not. */
    bool (*transfer)(struct disk_backend *disk, uint64_t sector, void *buffer, size_t size,
                     bool is_write);
    /* What was written is on the medium. */
    bool (*flush)(struct disk_backend *disk);
};

struct platform;

void virtio_reset(struct virtio *virtio);

/* Reads or writes `size` aligned bytes at `offset` into a slot. Control registers are words;
 * configuration space can be read in any width. False: another width, or nothing is there. */
bool virtio_access(struct platform *platform, unsigned slot, uint64_t offset, unsigned size,
                   bool is_write, uint64_t *value);

/* The level of the slot's interrupt line. */
bool virtio_irq(const struct virtio *virtio);

/* True when what arrives for `queue` must wait until the driver says that it made room. */
static inline bool virtio_is_dry(const struct virtio *virtio, unsigned queue)
{
    return virtio->is_dry >> queue & 1;
}

/* A byte arrives at the console. False: there is no room. */
enum { VIRTIO_CONSOLE_RECEIVE = 0 }; /* its queue */
bool virtio_console_receive(struct platform *platform, uint8_t byte);

/* An Ethernet frame arrives. False: it must wait. */
enum { VIRTIO_NET_RECEIVE = 0 };
bool virtio_net_receive(struct platform *platform, const uint8_t *frame, size_t size);

#endif
