/* Taking requests out of a virtqueue and giving them back. */
#include "virtqueue.h"

#include <string.h>

enum { DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4, AVAIL_NO_INTERRUPT = 1 };
enum { READ, WRITE }; /* directions, as of struct request */

struct descriptor {
    uint64_t pa;
    uint32_t size;
    uint16_t flags, next;
};

void virtio_break(struct virtio *virtio)
{
    virtio->status |= VIRTIO_NEEDS_RESET;
    if (virtio->status & VIRTIO_DRIVER_OK)
        virtio->interrupts |= VIRTIO_CONFIG_CHANGE;
}

/* ---- words of the rings ------------------------------------------------------------------- */

static bool get(struct platform *platform, uint64_t pa, void *bytes, size_t size)
{
    return platform->dma(platform->owner, pa, bytes, size, false);
}

/* Where things lie in the rings (2.7.6, 2.7.8). */
static uint64_t avail_flags(const struct virtqueue *queue)
{
    return queue->driver;
}

static uint64_t avail_idx(const struct virtqueue *queue)
{
    return queue->driver + 2;
}

static uint64_t avail_entry(const struct virtqueue *queue, uint16_t index)
{
    return queue->driver + 4 + 2 * (uint64_t)(index % queue->num);
}

static uint64_t used_event(const struct virtqueue *queue)
{
    return queue->driver + 4 + 2 * (uint64_t)queue->num;
}

static uint64_t used_idx(const struct virtqueue *queue)
{
    return queue->device + 2;
}

static uint64_t used_entry(const struct virtqueue *queue, uint16_t index)
{
    return queue->device + 4 + 8 * (uint64_t)(index % queue->num);
}

static uint64_t avail_event(const struct virtqueue *queue)
{
    return queue->device + 4 + 8 * (uint64_t)queue->num;
}

/* ---- requests ----------------------------------------------------------------------------- */

/* Adds a descriptor's bytes to the parts of a request. Lab 8, exercise 5.
 *
 * A part is the descriptor's address and size. Its bytes count as `writable` where the flag
 * DESC_WRITE says so, else as `readable`; at[WRITE] is always the number of readable parts, which
 * come first. False, and the request is no good: there are VIRTIO_QUEUE_SIZE parts already; the
 * bytes are not all RAM (platform_is_ram); a readable part comes after a writable one (2.7.4.2); or
 * all parts together are longer than the RAM is, so that some must lie over others. */
static bool add_part(const struct platform *platform, struct request *request,
                     const struct descriptor *desc)
{
    bool is_write = desc->flags & DESC_WRITE;
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

/* Reads the chain of descriptors that begins at index `request->head`. Lab 8, exercise 5.
 *
 * The table is the queue's, of `num` descriptors of 16 bytes (2.7.5); each is read once, by get(),
 * and each adds a part (add_part), until one without DESC_NEXT. One with DESC_INDIRECT adds none:
 * the chain goes on at index 0 of the table of `size` bytes that it points to (2.7.5.3). That may
 * happen once, and only where the driver accepted VIRTIO_F_INDIRECT_DESC, the flag DESC_NEXT is not
 * set too, and the size is whole descriptors. False, and the chain is no good: it breaks one of
 * these rules, an index is not in its table, or a descriptor is not in RAM. A chain may well go
 * round in a circle: it must end nevertheless (P37), here because there is no room for so many
 * parts. */
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
            may_go_over = false;
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

/* True when the device may use the queue: not before DRIVER_OK (3.1.1), not once it is broken. */
static bool is_live(const struct virtio *virtio, const struct virtqueue *queue)
{
    return (virtio->status & (VIRTIO_DRIVER_OK | VIRTIO_NEEDS_RESET)) == VIRTIO_DRIVER_OK &&
           queue->is_ready;
}

/* The next request, checked. False: the ring or the chain makes no sense. */
static bool take_next(struct platform *platform, const struct virtio *virtio,
                      struct virtqueue *queue, struct request *request)
{
    *request = (struct request){0};
    if (!get(platform, avail_entry(queue, queue->next_avail), &request->head, 2))
        return false;
    queue->next_avail++;
    return read_chain(platform, virtio, queue, request);
}

/* The next request of a queue. False: none is available, or it is no good and broke the device. */
static bool take(struct platform *platform, unsigned slot, unsigned index, struct request *request)
{
    struct virtio *virtio = &platform->s.virtio[slot];
    struct virtqueue *queue = &virtio->queue[index];
    uint16_t available;
    if (!is_live(virtio, queue))
        return false;
    bool is_sane = get(platform, avail_idx(queue), &available, 2);
    uint16_t waiting = is_sane ? (uint16_t)(available - queue->next_avail) : 0;
    if (is_sane && waiting == 0)
        return false;
    if (is_sane && waiting <= queue->num && take_next(platform, virtio, queue, request))
        return true;
    virtio_break(virtio);
    return false;
}

bool virtqueue_await(struct platform *platform, unsigned slot, unsigned index,
                     struct request *request)
{
    if (take(platform, slot, index, request))
        return true;
    platform->s.virtio[slot].is_dry |= (uint32_t)1 << index;
    return false;
}

/* Gives a request back, unless it broke its device; nobody is told yet. Lab 8, exercise 6.
 *
 * The entry of the used ring whose turn it is (next_used, at used_entry()) gets the index of the
 * request's head and the number of bytes written into it, 32 bits each; only then the ring's index
 * (at used_idx()) says so, 16 bits that wrap around (2.7.8). Both are written by platform_write.
 * Where is_live() says no, nothing is; a ring that is not in RAM breaks the device (virtio_break).
 */
static void give_back(struct platform *platform, struct virtio *virtio, struct virtqueue *queue,
                      uint16_t head, uint32_t written)
{
    uint32_t entry[2] = {head, written};
    if (!is_live(virtio, queue))
        return;
    bool done = platform_write(platform, used_entry(queue, queue->next_used), entry, sizeof entry);
    queue->next_used++;
    done = done && platform_write(platform, used_idx(queue), &queue->next_used, 2);
    if (!done)
        virtio_break(virtio);
}

/* True when the driver wants to hear of the used entries from `before` on. Lab 8, exercise 6.
 *
 * Of none, it does not. Without VIRTIO_F_EVENT_IDX it does unless the available ring's flags (at
 * avail_flags()) have AVAIL_NO_INTERRUPT. With it, the driver names an entry (the 16 bits
 * at used_event()): it wants to hear when that one is among those from `before` to the one before
 * next_used, in numbers that wrap around at 2^16 (2.7.7.2). A word that is not in RAM says no. */
static bool wants_interrupt(struct platform *platform, const struct virtio *virtio,
                            const struct virtqueue *queue, uint16_t before)
{
    uint16_t word = 0;
    if (queue->next_used == before)
        return false;
    if (!virtio_has(virtio, VIRTIO_F_EVENT_IDX))
        return get(platform, avail_flags(queue), &word, 2) && !(word & AVAIL_NO_INTERRUPT);
    return get(platform, used_event(queue), &word, 2) &&
           (uint16_t)(queue->next_used - word - 1) < (uint16_t)(queue->next_used - before);
}

/* Tells the driver of what was used since `before`, and asks to be told of what comes next. */
static void signal_used(struct platform *platform, struct virtio *virtio, struct virtqueue *queue,
                        uint16_t before)
{
    if (!is_live(virtio, queue))
        return;
    if (wants_interrupt(platform, virtio, queue, before))
        virtio->interrupts |= VIRTIO_USED_BUFFER;
    if (virtio_has(virtio, VIRTIO_F_EVENT_IDX) &&
        !platform_write(platform, avail_event(queue), &queue->next_avail, 2))
        virtio_break(virtio);
}

void virtqueue_give(struct platform *platform, unsigned slot, unsigned index,
                    const struct request *request, uint32_t written)
{
    struct virtio *virtio = &platform->s.virtio[slot];
    struct virtqueue *queue = &virtio->queue[index];
    uint16_t before = queue->next_used;
    give_back(platform, virtio, queue, request->head, written);
    signal_used(platform, virtio, queue, before);
}

/* No more than a queue holds: a request that writes to the available ring cannot go on for ever. */
void virtqueue_serve(struct platform *platform, unsigned slot, unsigned index, serve_fn *serve)
{
    struct virtio *virtio = &platform->s.virtio[slot];
    struct virtqueue *queue = &virtio->queue[index];
    struct request request;
    uint16_t before = queue->next_used;
    for (unsigned i = 0; i < queue->num; i++) {
        if (!take(platform, slot, index, &request))
            break;
        uint32_t written = serve(platform, slot, &request);
        give_back(platform, virtio, queue, request.head, written);
    }
    signal_used(platform, virtio, queue, before);
}

/* ---- the bytes of a request --------------------------------------------------------------- */

/* The longest piece of the part in hand, at most `size` bytes; steps over it. */
static size_t next_piece(struct request *request, unsigned way, size_t size, uint64_t *pa)
{
    while (request->done[way] == request->part[request->at[way]].size) {
        request->at[way]++;
        request->done[way] = 0;
    }
    const struct request_part *part = &request->part[request->at[way]];
    uint32_t left = part->size - request->done[way];
    size_t piece = size < left ? size : left;
    *pa = part->pa + request->done[way];
    request->done[way] += (uint32_t)piece;
    return piece;
}

size_t request_read(struct platform *platform, struct request *request, void *buffer, size_t size)
{
    size_t wanted = size < request->readable ? size : request->readable;
    uint64_t pa;
    for (size_t done = 0, piece; done < wanted; done += piece) {
        piece = next_piece(request, READ, wanted - done, &pa);
        get(platform, pa, (uint8_t *)buffer + done, piece);
    }
    request->readable -= wanted;
    return wanted;
}

size_t request_write(struct platform *platform, struct request *request, const void *buffer,
                     size_t size)
{
    size_t wanted = size < request->writable ? size : request->writable;
    uint64_t pa;
    for (size_t done = 0, piece; done < wanted; done += piece) {
        piece = next_piece(request, WRITE, wanted - done, &pa);
        platform_write(platform, pa, (const uint8_t *)buffer + done, piece);
    }
    request->writable -= wanted;
    return wanted;
}

void request_skip(struct request *request, uint64_t size)
{
    uint64_t wanted = size < request->writable ? size : request->writable;
    uint64_t pa;
    for (uint64_t done = 0; done < wanted;)
        done += next_piece(request, WRITE, wanted - done, &pa);
    request->writable -= wanted;
}
