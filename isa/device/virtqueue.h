/* Split virtqueues (VIRTIO 1.2, 2.7) from the device's side, and what a device model is to its
 * transport. For virtio*.c alone.
 *
 * Each word of a ring or table is read once. A request is checked whole before its model sees it:
 * then all of its bytes are in RAM, and moving them cannot fail. */
#ifndef VIRTQUEUE_H
#define VIRTQUEUE_H

#include "platform.h"

#define VIRTIO_F_INDIRECT_DESC ((uint64_t)1 << 28)
#define VIRTIO_F_EVENT_IDX ((uint64_t)1 << 29)
#define VIRTIO_F_VERSION_1 ((uint64_t)1 << 32)

/* Device types (VIRTIO 1.2, section 5). */
enum { VIRTIO_ID_NET = 1, VIRTIO_ID_BLOCK = 2, VIRTIO_ID_CONSOLE = 3, VIRTIO_ID_ENTROPY = 4 };
/* Device status (2.1) and interrupts (4.2.2). */
enum {
    VIRTIO_ACKNOWLEDGE = 1,
    VIRTIO_DRIVER = 2,
    VIRTIO_DRIVER_OK = 4,
    VIRTIO_FEATURES_OK = 8,
    VIRTIO_NEEDS_RESET = 64,
    VIRTIO_FAILED = 128
};
enum { VIRTIO_USED_BUFFER = 1, VIRTIO_CONFIG_CHANGE = 2 };
enum { VIRTIO_CONFIG = 0x100, VIRTIO_CONFIG_SIZE = 64 };

/* A chain of descriptors: bytes that the device may read, then bytes that it may write. Both are
 * taken from front to back. */
struct request {
    uint64_t readable, writable; /* bytes that are left */
    uint16_t head;
    uint16_t parts;
    uint16_t at[2];   /* the part to read, and the part to write next */
    uint32_t done[2]; /* bytes of it */
    struct request_part {
        uint64_t pa;
        uint32_t size;
    } part[VIRTIO_QUEUE_SIZE];
};

/* Moves `size` bytes, or as many as are left, and returns how many. */
size_t request_read(struct platform *platform, struct request *request, void *buffer, size_t size);
size_t request_write(struct platform *platform, struct request *request, const void *buffer,
                     size_t size);

/* Leaves out `size` of the writable bytes that are left. */
void request_skip(struct request *request, uint64_t size);

/* Serves one request from a driver's queue, and returns the number of bytes written. */
typedef uint32_t serve_fn(struct platform *platform, unsigned slot, struct request *request);

/* Serves all that is available in queue number `index`, gives it back and interrupts as the driver
 * wishes. */
void virtqueue_serve(struct platform *platform, unsigned slot, unsigned index, serve_fn *serve);

/* One request of a queue, for devices that have something to say. await: false: none is available,
 * and the queue is dry until the driver notifies it. give: hands it back with `written` bytes in
 * it. */
bool virtqueue_await(struct platform *platform, unsigned slot, unsigned index,
                     struct request *request);
void virtqueue_give(struct platform *platform, unsigned slot, unsigned index,
                    const struct request *request, uint32_t written);

/* The driver broke the rules: the device does nothing until it is reset (2.1.2). */
void virtio_break(struct virtio *virtio);

/* True when the driver accepted `feature`. */
static inline bool virtio_has(const struct virtio *virtio, uint64_t feature)
{
    return virtio->driver_features & feature;
}

/* A device model: what differs between the devices behind a transport. */
struct virtio_model {
    uint32_t id; /* 0: the slot is empty */
    unsigned queues;
    /* Its own features; those of rings are the transport's. */
    uint64_t (*features)(const struct platform *platform, unsigned slot);
    /* Fills in its configuration space, which is zero. NULL: it has none. */
    void (*config)(const struct platform *platform, unsigned slot, uint8_t *bytes);
    /* The driver made requests available in `queue`. */
    void (*notify)(struct platform *platform, unsigned slot, unsigned queue);
};

extern const struct virtio_model virtio_block, virtio_net, virtio_console, virtio_entropy;

#endif
