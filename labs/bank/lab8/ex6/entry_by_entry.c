/* right: the entries are gone through, one by one. */
static bool wants_interrupt(struct platform *platform, const struct virtio *virtio,
                            const struct virtqueue *queue, uint16_t before)
{
    uint16_t flags, event;
    if (!virtio_has(virtio, VIRTIO_F_EVENT_IDX)) {
        bool is_quiet =
            !get(platform, avail_flags(queue), &flags, 2) || (flags & AVAIL_NO_INTERRUPT) != 0;
        return before != queue->next_used && !is_quiet;
    }
    if (!get(platform, used_event(queue), &event, 2))
        return false;
    for (uint16_t entry = before; entry != queue->next_used; entry++)
        if (entry == event)
            return true;
    return false;
}
