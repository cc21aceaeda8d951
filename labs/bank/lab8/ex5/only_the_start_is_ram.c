/* wrong: a part that begins in RAM is taken to lie in RAM.
 * fails: all bytes of a part are in RAM
 * source: pitfalls P37 */
static bool add_part(const struct platform *platform, struct request *request,
                     const struct descriptor *desc)
{
    bool is_write = desc->flags & DESC_WRITE;
    if (request->parts == VIRTIO_QUEUE_SIZE || !platform_is_ram(platform, desc->pa, 1) ||
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
