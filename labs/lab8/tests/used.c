/* Exercise 6: how requests are given back, by hand, without a device model. */
#include "world.h"

#define READ_USED "isa/device/virtqueue.c: give_back; VIRTIO 1.2, 2.7.8"
#define READ_WISH "isa/device/virtqueue.c: wants_interrupt; VIRTIO 1.2, 2.7.7"

static struct request request;

static void give(uint16_t head, uint32_t written)
{
    request = (struct request){.head = head};
    virtqueue_give(&w.platform, 0, 0, &request, written);
}

static void entry_is(unsigned at, uint32_t head, uint32_t written)
{
    same_u64(head, load32(USED + 4 + 8 * (uint64_t)at), "the head in used entry %u", at);
    same_u64(written, load32(USED + 8 + 8 * (uint64_t)at), "the length in used entry %u", at);
}

CLAIM(6, NOTHING, "a used entry is the request's head and the bytes written", READ_USED)
{
    given_a_driver(0);
    give(5, 513);
    give(2, 0);
    entry_is(0, 5, 513);
    entry_is(1, 2, 0);
    same_u64(2, load16(USED + 2), "the index of the used ring after two requests");
    same_u64(2, queue()->next_used, "next_used");
}

/* True when a note before the first that writes [pa, pa + size) writes [earlier, earlier + 8). */
static bool is_written_before(uint64_t earlier, uint64_t pa)
{
    uint8_t done = 0;
    for (unsigned i = 0; i < w.notes; i++) {
        const struct note *note = &w.note[i];
        if (!note->is_write)
            continue;
        if (note->pa <= pa && pa < note->pa + note->size)
            return done == 0xff;
        for (unsigned byte = 0; byte < 8; byte++)
            if (earlier + byte - note->pa < note->size)
                done |= (uint8_t)(1 << byte);
    }
    return false;
}

CLAIM(6, NOTHING, "the entry is written before the index says that it is there", READ_USED)
{
    given_a_driver(0);
    give(5, 513);
    same_u64(1, load16(USED + 2), "the index of the used ring");
    holds(is_written_before(USED + 4, USED + 2), "all of the entry is written before the index",
          "a driver on another hart can see the new index and the old entry");
}

CLAIM(6, NOTHING, "the ring goes on at its first entry, the index does not", READ_USED)
{
    given_a_driver(0);
    queue()->next_used = NUM - 1;
    give(3, 30);
    give(4, 40);
    entry_is(NUM - 1, 3, 30);
    entry_is(0, 4, 40);
    same_u64(NUM + 1, load16(USED + 2), "the index of the used ring");
}

CLAIM(6, NOTHING, "the index wraps around at 2^16", READ_USED)
{
    given_a_driver(0);
    queue()->next_used = UINT16_MAX;
    give(3, 30);
    entry_is(UINT16_MAX % NUM, 3, 30);
    same_u64(0, load16(USED + 2), "the index of the used ring after entry 65535");
    same_u64(0, load16(USED), "the flags in front of it");
}

CLAIM(6, NOTHING, "a used ring outside RAM breaks the device", READ_USED)
{
    given_a_driver(0);
    queue()->device = RAM_BASE + WORLD_RAM;
    give(3, 30);
    holds(is_broken(), "the device is broken", "it goes on");
}

CLAIM(6, NOTHING, "a broken device gives nothing back", READ_USED)
{
    given_a_driver(0);
    virtio_break(virtio());
    give(3, 30);
    same_u64(0, load16(USED + 2), "the index of the used ring");
    same_u64(0, load32(USED + 8), "the length in the first used entry");
    same_u64(0, queue()->next_used, "next_used");
}

static bool has_interrupted(void)
{
    bool has = virtio()->interrupts & VIRTIO_USED_BUFFER;
    virtio()->interrupts = 0;
    return has;
}

static void interrupts_are(bool claimed, const char *when)
{
    bool has = has_interrupted();
    holds(has == claimed, claimed ? "the driver is interrupted" : "the driver is left in peace",
          "%s, it is %s", when, has ? "interrupted" : "not interrupted");
}

CLAIM(6, NOTHING, "a driver hears of a used entry", READ_WISH)
{
    given_a_driver(0);
    give(3, 30);
    interrupts_are(true, "after a request was given back");
}

CLAIM(6, NOTHING, "a driver that wants no interrupt gets none", READ_WISH)
{
    given_a_driver(0);
    store16(AVAILABLE, 1);
    give(3, 30);
    interrupts_are(false, "with VIRTQ_AVAIL_F_NO_INTERRUPT");
    store16(AVAILABLE, 0);
    give(4, 30);
    interrupts_are(true, "with the flag clear again");
}

static void given_event(uint16_t entry)
{
    store16(AVAILABLE + 4 + 2 * NUM, entry);
}

CLAIM(6, NOTHING, "with event indices a driver hears of the entry that it names", READ_WISH)
{
    given_a_driver(VIRTIO_F_EVENT_IDX);
    given_event(2);
    for (unsigned i = 0; i < 5; i++) {
        give(3, 30);
        holds(has_interrupted() == (i == 2), "only entry 2, which the driver names, interrupts",
              "entry %u %s", i, i == 2 ? "does not" : "does");
    }
}

CLAIM(6, NOTHING, "with event indices the driver's flag means nothing", READ_WISH)
{
    given_a_driver(VIRTIO_F_EVENT_IDX);
    store16(AVAILABLE, 1);
    give(3, 30);
    interrupts_are(true, "after entry 0, which the driver names");
}

CLAIM(6, NOTHING, "event indices wrap around", READ_WISH)
{
    given_a_driver(VIRTIO_F_EVENT_IDX);
    queue()->next_used = UINT16_MAX;
    given_event(UINT16_MAX);
    give(3, 30);
    interrupts_are(true, "after entry 65535, which the driver names");
    give(3, 30);
    interrupts_are(false, "after entry 0");
    given_event(1);
    give(3, 30);
    interrupts_are(true, "after entry 1, which the driver names");
}

static uint32_t serve_nothing(struct platform *platform, unsigned slot, struct request *served)
{
    (void)platform, (void)slot;
    return (uint32_t)served->writable;
}

CLAIM(6, NEEDS(5), "of several entries, the driver hears if it named one of them", READ_WISH)
{
    for (uint16_t event = 0; event < 8; event++) {
        memset(&w, 0, sizeof w);
        given_a_driver(VIRTIO_F_EVENT_IDX);
        queue()->next_used = 2;
        given_event(event);
        for (uint16_t i = 0; i < 3; i++) {
            describe(TABLE, i, BUFFERS, 16, WRITE, 0);
            post(i);
        }
        virtqueue_serve(&w.platform, 0, 0, serve_nothing);
        same_u64(5, queue()->next_used, "next_used after entries 2, 3 and 4");
        holds(has_interrupted() == (event >= 2 && event <= 4),
              event >= 2 && event <= 4 ? "the driver is interrupted"
                                       : "the driver is left in peace",
              "after entries 2, 3 and 4 of which it named %u, it is %s", event,
              event >= 2 && event <= 4 ? "not interrupted" : "interrupted");
    }
}

CLAIM(6, NOTHING, "a driver does not hear of nothing", READ_WISH)
{
    given_a_driver(0);
    virtqueue_serve(&w.platform, 0, 0, serve_nothing);
    interrupts_are(false, "after a notification without a request");
}
