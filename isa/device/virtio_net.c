/* The network device (VIRTIO 1.2, 5.1), without offloads: a frame is a frame. Those that arrive are
 * a log that the host keeps (struct packet_log); those that the driver sends are handed out once.
 */
#include "virtqueue.h"

#include <string.h>

enum { RECEIVE = VIRTIO_NET_RECEIVE, TRANSMIT = 1 };
/* struct virtio_net_hdr; without VERSION_1 it lacks its last field (5.1.6.1). */
enum { HEADER = 12, LEGACY_HEADER = 10, NUM_BUFFERS = 10 };
enum { STATUS_LINK_UP = 1 };
#define F_MAC ((uint64_t)1 << 5)
#define F_STATUS ((uint64_t)1 << 16)

static uint64_t features(const struct platform *platform, unsigned slot)
{
    (void)platform, (void)slot;
    return F_MAC | F_STATUS;
}

/* The address is that of QEMU's first card. */
static void config(const struct platform *platform, unsigned slot, uint8_t *bytes)
{
    static const uint8_t begin[8] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56, STATUS_LINK_UP};
    (void)platform, (void)slot;
    memcpy(bytes, begin, sizeof begin);
}

static size_t header_size(const struct virtio *virtio)
{
    return virtio_has(virtio, VIRTIO_F_VERSION_1) ? HEADER : LEGACY_HEADER;
}

/* What is no frame, or longer than one, goes nowhere. */
static uint32_t send(struct platform *platform, unsigned slot, struct request *request)
{
    uint8_t header[HEADER], frame[FRAME_SIZE];
    size_t expected = header_size(&platform->s.virtio[slot]);
    bool has_header = request_read(platform, request, header, expected) == expected;
    size_t size = request_read(platform, request, frame, sizeof frame);
    if (has_header && size && !request->readable)
        platform_send(platform, frame, size);
    return 0;
}

/* A frame that is too long for the driver's buffer is lost, and the buffer goes back empty. */
bool virtio_net_receive(struct platform *platform, const uint8_t *frame, size_t size)
{
    static const uint8_t header[HEADER] = {[NUM_BUFFERS] = 1};
    struct virtio *virtio = &platform->s.virtio[VIRTIO_NET_SLOT];
    size_t before = header_size(virtio);
    struct request request;
    size_t written = 0;
    if (!virtqueue_await(platform, VIRTIO_NET_SLOT, RECEIVE, &request))
        return false;
    if (request.writable >= before + size) {
        written = request_write(platform, &request, header, before);
        written += request_write(platform, &request, frame, size);
    }
    virtqueue_give(platform, VIRTIO_NET_SLOT, RECEIVE, &request, (uint32_t)written);
    return true;
}

static void notify(struct platform *platform, unsigned slot, unsigned queue)
{
    if (queue == TRANSMIT)
        virtqueue_serve(platform, slot, queue, send);
}

const struct virtio_model virtio_net = {
    .id = VIRTIO_ID_NET, .queues = 2, .features = features, .config = config, .notify = notify};
