/* wrong: an indirect table may lead to another.
 * fails: there is no indirect table in an indirect table
 * source: VIRTIO 1.2, 2.7.5.3.1 */
static bool read_chain(struct platform *platform, const struct virtio *virtio,
                       const struct virtqueue *queue, struct request *request)
{
    uint64_t table = queue->desc;
    uint32_t count = queue->num;
    uint32_t index = request->head;
    bool may_go_over = virtio_has(virtio, VIRTIO_F_INDIRECT_DESC);
    for (;;) {
        struct descriptor desc;
        if (index >= count || !get(platform, table + 16 * (uint64_t)index, &desc, sizeof desc))
            return false;
        if (desc.flags & DESC_INDIRECT) {
            if (!may_go_over || desc.flags & DESC_NEXT || desc.size % 16)
                return false;
            table = desc.pa;
            count = desc.size / 16;
            index = 0;
            continue;
        }
        if (!add_part(platform, request, &desc))
            return false;
        if (!(desc.flags & DESC_NEXT))
            return true;
        index = desc.next;
    }
}
