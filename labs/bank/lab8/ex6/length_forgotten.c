/* wrong: the entry says which request it was, and not how many bytes were written.
 * fails: a used entry is the request's head and the bytes written
 * source: what students do */
static void give_back(struct platform *platform, struct virtio *virtio, struct virtqueue *queue,
                      uint16_t head, uint32_t written)
{
    uint32_t entry[2] = {head, 0};
    (void)written;
    if (!is_live(virtio, queue))
        return;
    bool done = platform_write(platform, used_entry(queue, queue->next_used), entry, sizeof entry);
    queue->next_used++;
    done = done && platform_write(platform, used_idx(queue), &queue->next_used, 2);
    if (!done)
        virtio_break(virtio);
}
