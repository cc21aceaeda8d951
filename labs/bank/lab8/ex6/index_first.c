/* wrong: the index is written before the entry: another hart sees an entry that is not there yet.
 * fails: the entry is written before the index says that it is there
 * source: VIRTIO 1.2, 2.7.8.2 */
static void give_back(struct platform *platform, struct virtio *virtio, struct virtqueue *queue,
                      uint16_t head, uint32_t written)
{
    uint32_t entry[2] = {head, written};
    if (!is_live(virtio, queue))
        return;
    uint16_t now = (uint16_t)(queue->next_used + 1);
    bool done = platform_write(platform, used_idx(queue), &now, 2);
    done =
        done && platform_write(platform, used_entry(queue, queue->next_used), entry, sizeof entry);
    queue->next_used = now;
    if (!done)
        virtio_break(virtio);
}
