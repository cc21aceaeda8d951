/* wrong: the flag keeps the device quiet although event indices were agreed upon.
 * fails: with event indices the driver's flag means nothing
 * source: VIRTIO 1.2, 2.7.7.2 */
static bool wants_interrupt(struct platform *platform, const struct virtio *virtio,
                            const struct virtqueue *queue, uint16_t before)
{
    uint16_t flags = 0, event = 0;
    if (queue->next_used == before || !get(platform, avail_flags(queue), &flags, 2) ||
        flags & AVAIL_NO_INTERRUPT)
        return false;
    if (!virtio_has(virtio, VIRTIO_F_EVENT_IDX))
        return true;
    return get(platform, used_event(queue), &event, 2) &&
           (uint16_t)(queue->next_used - event - 1) < (uint16_t)(queue->next_used - before);
}
