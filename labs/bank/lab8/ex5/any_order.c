/* wrong: parts to read are taken behind parts to write.
 * fails: nothing to read comes after something to write
 * source: VIRTIO 1.2, 2.7.4.2 */
static bool add_part(const struct platform *platform, struct request *request,
                     const struct descriptor *desc)
{
    if (request->parts == VIRTIO_QUEUE_SIZE || !platform_is_ram(platform, desc->pa, desc->size))
        return false;
    request->part[request->parts++] = (struct request_part){.pa = desc->pa, .size = desc->size};
    if (desc->flags & DESC_WRITE) {
        request->writable += desc->size;
    } else {
        request->readable += desc->size;
        request->at[WRITE] = request->parts;
    }
    return request->readable + request->writable <= platform->ram_size;
}
