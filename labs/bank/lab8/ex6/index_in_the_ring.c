/* wrong: the index of the used ring is kept modulo its size.
 * fails: the ring goes on at its first entry, the index does not
 * source: what students do */
static void give_back(struct platform *platform, struct virtio *virtio, struct virtqueue *queue,
                      uint16_t head, uint32_t written)
{
    uint32_t entry[2] = {head, written};
    if (!is_live(virtio, queue))
        return;
    bool done = platform_write(platform, used_entry(queue, queue->next_used), entry, sizeof entry);
    queue->next_used = (uint16_t)((queue->next_used + 1) % queue->num);
    done = done && platform_write(platform, used_idx(queue), &queue->next_used, 2);
    if (!done)
        virtio_break(virtio);
}
