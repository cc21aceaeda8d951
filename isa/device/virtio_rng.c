/* The entropy device (VIRTIO 1.2, 5.4). What it gives is as good as the seed: two runs of one seed
 * get the same. */
#include "entropy.h"
#include "virtqueue.h"

static uint64_t features(const struct platform *platform, unsigned slot)
{
    (void)platform, (void)slot;
    return 0;
}

/* A page at most: a device may fill less than there is room for (5.4.6.1). */
static uint32_t serve(struct platform *platform, unsigned slot, struct request *request)
{
    uint32_t written = 0;
    (void)slot;
    while (request->writable && written < PAGE_SIZE) {
        uint64_t index = ENTROPY_VIRTIO + platform->s.entropy_count++;
        uint64_t word = entropy_word(platform->seed, index);
        written += (uint32_t)request_write(platform, request, &word, sizeof word);
    }
    return written;
}

static void notify(struct platform *platform, unsigned slot, unsigned queue)
{
    virtqueue_serve(platform, slot, queue, serve);
}

const struct virtio_model virtio_entropy = {
    .id = VIRTIO_ID_ENTROPY, .queues = 1, .features = features, .notify = notify};
