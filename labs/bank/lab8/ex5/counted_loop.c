/* right: a loop that counts, with the indirect table tried first. */
static bool read_chain(struct platform *platform, const struct virtio *virtio,
                       const struct virtqueue *queue, struct request *request)
{
    struct {
        uint64_t at;
        uint32_t length;
    } table = {queue->desc, queue->num};
    struct descriptor desc = {.flags = DESC_NEXT, .next = request->head};
    bool went_over = false;
    /* One more than there can be parts, for the descriptor that leads into an indirect table. */
    for (unsigned left = VIRTIO_QUEUE_SIZE + 2; left && desc.flags & DESC_NEXT; left--) {
        if (desc.next >= table.length)
            return false;
        if (!get(platform, table.at + (uint64_t)desc.next * sizeof desc, &desc, sizeof desc))
            return false;
        if (!(desc.flags & DESC_INDIRECT)) {
            if (!add_part(platform, request, &desc))
                return false;
            continue;
        }
        bool is_good = virtio_has(virtio, VIRTIO_F_INDIRECT_DESC) && !went_over &&
                       !(desc.flags & DESC_NEXT) && desc.size % sizeof desc == 0;
        if (!is_good)
            return false;
        went_over = true;
        table.at = desc.pa;
        table.length = desc.size / sizeof desc;
        desc.flags = DESC_NEXT;
        desc.next = 0;
    }
    return !(desc.flags & DESC_NEXT);
}
