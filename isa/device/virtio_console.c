/* The console device with its one port (VIRTIO 1.2, 5.3): what arrives on queue 0, what is sent on
 * queue 1. It is the machine's console where the user wants it to be; else the UART is. */
#include "virtqueue.h"

enum { RECEIVE = VIRTIO_CONSOLE_RECEIVE, TRANSMIT = 1, PIECE = 256 };

static uint64_t features(const struct platform *platform, unsigned slot)
{
    (void)platform, (void)slot;
    return 0;
}

static uint32_t send(struct platform *platform, unsigned slot, struct request *request)
{
    uint8_t bytes[PIECE];
    (void)slot;
    for (size_t count; (count = request_read(platform, request, bytes, PIECE)) > 0;)
        for (size_t i = 0; i < count; i++)
            platform_output(platform, bytes[i]);
    return 0;
}

bool virtio_console_receive(struct platform *platform, uint8_t byte)
{
    struct request request;
    if (!virtqueue_await(platform, VIRTIO_CONSOLE_SLOT, RECEIVE, &request))
        return false;
    size_t written = request_write(platform, &request, &byte, 1);
    virtqueue_give(platform, VIRTIO_CONSOLE_SLOT, RECEIVE, &request, (uint32_t)written);
    return written;
}

/* New buffers to receive into need nothing done: the transport knows. */
static void notify(struct platform *platform, unsigned slot, unsigned queue)
{
    if (queue == TRANSMIT)
        virtqueue_serve(platform, slot, queue, send);
}

const struct virtio_model virtio_console = {
    .id = VIRTIO_ID_CONSOLE, .queues = 2, .features = features, .notify = notify};
