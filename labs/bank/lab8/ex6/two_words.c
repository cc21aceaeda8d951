/* right: the entry as two words, each put by itself. */
static void give_back(struct platform *platform, struct virtio *virtio, struct virtqueue *queue,
                      uint16_t head, uint32_t written)
{
    if (!is_live(virtio, queue))
        return;
    uint32_t id = head;
    uint64_t at = used_entry(queue, queue->next_used++);
    if (!platform_write(platform, at, &id, sizeof id) ||
        !platform_write(platform, at + 4, &written, sizeof written) ||
        !platform_write(platform, used_idx(queue), &queue->next_used, sizeof queue->next_used))
        virtio_break(virtio);
}
