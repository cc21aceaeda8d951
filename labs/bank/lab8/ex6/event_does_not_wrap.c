/* wrong: indices are compared as if they never wrapped around.
 * fails: event indices wrap around
 * source: VIRTIO 1.2, 2.7.7.2 */
static bool wants_interrupt(struct platform *platform, const struct virtio *virtio,
                            const struct virtqueue *queue, uint16_t before)
{
    uint16_t word = 0;
    if (queue->next_used == before)
        return false;
    if (!virtio_has(virtio, VIRTIO_F_EVENT_IDX))
        return get(platform, avail_flags(queue), &word, 2) && !(word & AVAIL_NO_INTERRUPT);
    return get(platform, used_event(queue), &word, 2) && word >= before && word < queue->next_used;
}
