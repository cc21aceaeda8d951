/* wrong: empty parts are not kept, so that a circle of them is walked for ever.
 * fails: a circle of empty parts ends, too
 * source: pitfalls P37 */
static bool add_part(const struct platform *platform, struct request *request,
                     const struct descriptor *desc)
{
    bool is_write = desc->flags & DESC_WRITE;
    if (desc->size == 0)
        return true;
    if (request->parts == VIRTIO_QUEUE_SIZE || !platform_is_ram(platform, desc->pa, desc->size) ||
        (!is_write && request->at[WRITE] != request->parts))
        return false;
    request->part[request->parts++] = (struct request_part){.pa = desc->pa, .size = desc->size};
    if (is_write) {
        request->writable += desc->size;
    } else {
        request->readable += desc->size;
        request->at[WRITE] = request->parts;
    }
    return request->readable + request->writable <= platform->ram_size;
}
