/* Exercise 5: how requests are taken out of a virtqueue, without a device model behind it. */
#include "world.h"

enum { WRITABLE = 1 }; /* index into struct request's at[] */

#define READ_CHAIN "isa/device/virtqueue.c: read_chain, add_part; VIRTIO 1.2, 2.7.5"
#define READ_INDIRECT "isa/device/virtqueue.c: read_chain; VIRTIO 1.2, 2.7.5.3"

static struct request request;

static bool take(uint16_t head)
{
    post(head);
    return virtqueue_await(&w.platform, 0, 0, &request);
}

static void is_taken(uint16_t head, const char *what)
{
    bool taken = take(head);
    holds(taken && !is_broken(), "the request is good", "%s, it is refused", what);
}

static void is_refused(uint16_t head, const char *what)
{
    bool taken = take(head);
    holds(!taken && is_broken(), "the request is refused, and breaks its device",
          "%s, it is %s, and the device is %s", what, taken ? "taken" : "refused",
          is_broken() ? "broken" : "whole");
}

/* Descriptors 0, 1, ... of these sizes are a chain, at BUFFERS and on; the last `writable` of them
 * are for the device to write. */
static void given_chain(uint64_t table, const uint32_t *sizes, unsigned count, unsigned writable)
{
    uint64_t at = BUFFERS;
    for (unsigned i = 0; i < count; i++) {
        uint16_t flags = i + 1 < count ? NEXT : 0;
        if (i >= count - writable)
            flags |= WRITE;
        describe(table, i, at, sizes[i], flags, (uint16_t)(i + 1));
        at += 0x800;
    }
}

CLAIM(5, NOTHING, "a chain's parts are taken in order", READ_CHAIN)
{
    static const uint32_t sizes[] = {16, 100, 512, 7, 1};
    given_a_driver(0);
    given_chain(TABLE, sizes, 5, 3);
    is_taken(0, "with two parts to read and three to write");
    same_u64(5, request.parts, "the number of parts");
    for (unsigned i = 0; i < 5; i++) {
        same_u64(BUFFERS + 0x800 * i, request.part[i].pa, "the address of part %u", i);
        same_u64(sizes[i], request.part[i].size, "the size of part %u", i);
    }
}

CLAIM(5, NOTHING, "what may be read and what may be written are counted apart", READ_CHAIN)
{
    static const uint32_t sizes[] = {16, 100, 512, 7, 1};
    given_a_driver(0);
    for (unsigned writable = 0; writable <= 5; writable++) {
        uint64_t readable_bytes = 0, writable_bytes = 0;
        for (unsigned i = 0; i < 5; i++)
            *(i < 5 - writable ? &readable_bytes : &writable_bytes) += sizes[i];
        given_chain(TABLE, sizes, 5, writable);
        is_taken(0, "with five good parts");
        same_u64(readable_bytes, request.readable, "bytes to read, %u parts being writable",
                 writable);
        same_u64(writable_bytes, request.writable, "bytes to write, %u parts being writable",
                 writable);
        same_u64(5 - writable, request.at[WRITABLE], "at[WRITE], %u parts being writable",
                 writable);
    }
}

CLAIM(5, NOTHING, "a chain goes where `next` says", READ_CHAIN)
{
    given_a_driver(0);
    describe(TABLE, 6, BUFFERS, 10, NEXT, 2);
    describe(TABLE, 2, BUFFERS + 0x100, 20, NEXT, 7);
    describe(TABLE, 7, BUFFERS + 0x200, 30, WRITE, 6);
    is_taken(6, "from 6 to 2 to 7");
    same_u64(3, request.parts, "the number of parts");
    same_u64(20, request.part[1].size, "the size of the second part");
    same_u64(30, request.part[2].size, "the size of the third part");
}

CLAIM(5, NOTHING, "nothing to read comes after something to write", READ_CHAIN)
{
    given_a_driver(0);
    describe(TABLE, 0, BUFFERS, 16, WRITE | NEXT, 1);
    describe(TABLE, 1, BUFFERS + 0x100, 16, 0, 0);
    is_refused(0, "with a part to read behind one to write");
}

CLAIM(5, NOTHING, "all bytes of a part are in RAM", READ_CHAIN)
{
    static const struct {
        uint64_t pa;
        uint32_t size;
    } row[] = {{0x10000000, 8},           {RAM_BASE - 1, 2},
               {RAM_BASE + WORLD_RAM, 1}, {RAM_BASE + WORLD_RAM - 8, 9},
               {RAM_BASE, WORLD_RAM + 1}, {UINT64_MAX - 3, 8}};
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        memset(&w, 0, sizeof w);
        given_a_driver(0);
        describe(TABLE, 0, row[i].pa, row[i].size, WRITE, 0);
        bool taken = take(0);
        holds(!taken && is_broken(), "the request is refused, and breaks its device",
              "with %u bytes at %#lx, where RAM is %#lx to %#lx, it is %s", row[i].size, row[i].pa,
              (uint64_t)RAM_BASE, (uint64_t)RAM_BASE + WORLD_RAM, taken ? "taken" : "not broken");
    }
}

CLAIM(5, NOTHING, "the last byte of RAM may be in a request", READ_CHAIN)
{
    given_a_driver(0);
    describe(TABLE, 0, RAM_BASE + WORLD_RAM - 8, 8, WRITE, 0);
    is_taken(0, "with the last eight bytes of RAM");
}

CLAIM(5, NOTHING, "an index outside the table is refused", READ_CHAIN)
{
    static const uint16_t bad[] = {NUM, NUM + 1, 255, UINT16_MAX};
    for (unsigned i = 0; i < 8; i++) {
        memset(&w, 0, sizeof w);
        given_a_driver(0);
        /* What lies behind the table looks like a good descriptor. */
        describe(TABLE, NUM, BUFFERS, 16, WRITE, 0);
        describe(TABLE, NUM + 1, BUFFERS, 16, WRITE, 0);
        describe(TABLE, 255, BUFFERS, 16, WRITE, 0);
        describe(TABLE, 0, BUFFERS + 0x100, 16, NEXT, bad[i % 4]);
        is_refused(i < 4 ? 0 : bad[i % 4], i < 4 ? "with a bad `next`" : "with a bad head");
    }
}

CLAIM(5, NOTHING, "a chain that goes in a circle ends", READ_CHAIN)
{
    given_a_driver(0);
    describe(TABLE, 0, BUFFERS, 1, NEXT, 1);
    describe(TABLE, 1, BUFFERS + 0x100, 1, NEXT, 0);
    is_refused(0, "when its second descriptor leads to its first");
}

CLAIM(5, NOTHING, "a circle of empty parts ends, too", READ_CHAIN)
{
    given_a_driver(0);
    describe(TABLE, 3, BUFFERS, 0, WRITE | NEXT, 3);
    is_refused(3, "when an empty descriptor leads to itself");
}

CLAIM(5, NOTHING, "a request is no longer than the RAM is", READ_CHAIN)
{
    given_a_driver(0);
    describe(TABLE, 0, RAM_BASE, WORLD_RAM, NEXT, 1);
    describe(TABLE, 1, BUFFERS, 1, WRITE, 0);
    is_refused(0, "with all of RAM and a byte");
}

CLAIM(5, NOTHING, "each descriptor is read once", READ_CHAIN)
{
    static const uint32_t sizes[] = {16, 100, 512};
    static unsigned reads[16 * NUM];
    given_a_driver(0);
    given_chain(TABLE, sizes, 3, 1);
    is_taken(0, "with three good parts");
    for (unsigned i = 0; i < w.notes; i++)
        for (uint64_t at = w.note[i].pa; at < w.note[i].pa + w.note[i].size; at++)
            if (at >= TABLE && at < TABLE + 16 * NUM)
                reads[at - TABLE]++;
    for (unsigned i = 0; i < 16 * NUM; i++)
        holds(reads[i] <= 1,
              "each byte of the table is read at most once, for the driver may change it meanwhile",
              "byte %u of descriptor %u is read %u times", i % 16, i / 16, reads[i]);
}

CLAIM(5, NOTHING, "a chain may go over into an indirect table", READ_INDIRECT)
{
    static const uint32_t sizes[] = {16, 512, 1};
    given_a_driver(VIRTIO_F_INDIRECT_DESC);
    given_chain(SECOND_TABLE, sizes, 3, 2);
    describe(TABLE, 0, BUFFERS + 0x4000, 20, NEXT, 5);
    describe(TABLE, 5, SECOND_TABLE, 3 * 16, INDIRECT, 7);
    is_taken(0, "with one part, and three in an indirect table");
    same_u64(4, request.parts, "the number of parts");
    same_u64(20, request.part[0].size, "the size of the first part");
    same_u64(512, request.part[2].size, "the size of the third part");
    same_u64(36, request.readable, "bytes to read");
    same_u64(513, request.writable, "bytes to write");
}

CLAIM(5, NOTHING, "an indirect table may be longer than the queue", READ_INDIRECT)
{
    given_a_driver(VIRTIO_F_INDIRECT_DESC);
    for (uint16_t i = 0; i < 3 * NUM; i++)
        describe(SECOND_TABLE, i, BUFFERS + 16 * (uint64_t)i, 16, i + 1 < 3 * NUM ? NEXT : 0,
                 (uint16_t)(i + 1));
    describe(TABLE, 0, SECOND_TABLE, 3 * NUM * 16, INDIRECT, 0);
    is_taken(0, "with an indirect table of 24 descriptors");
    same_u64(3 * NUM, request.parts, "the number of parts");
}

CLAIM(5, NOTHING, "an indirect table has an end", READ_INDIRECT)
{
    given_a_driver(VIRTIO_F_INDIRECT_DESC);
    describe(SECOND_TABLE, 0, BUFFERS, 16, NEXT, 2);
    describe(SECOND_TABLE, 2, BUFFERS, 16, WRITE, 0);
    describe(TABLE, 0, SECOND_TABLE, 2 * 16, INDIRECT, 0);
    is_refused(0, "with index 2 in an indirect table of two descriptors");
}

CLAIM(5, NOTHING, "there is no indirect table in an indirect table", READ_INDIRECT)
{
    given_a_driver(VIRTIO_F_INDIRECT_DESC);
    describe(TABLE, 0, SECOND_TABLE, 16, INDIRECT, 0);
    describe(SECOND_TABLE, 0, SECOND_TABLE + 0x100, 16, INDIRECT, 0);
    describe(SECOND_TABLE + 0x100, 0, BUFFERS, 16, WRITE, 0);
    is_refused(0, "with an indirect table in an indirect table");
}

CLAIM(5, NOTHING, "an indirect descriptor is alone, whole, and agreed upon", READ_INDIRECT)
{
    static const struct {
        uint64_t features;
        uint32_t size;
        uint16_t flags;
        const char *what;
    } row[] = {{0, 16, INDIRECT, "without VIRTIO_F_INDIRECT_DESC"},
               {VIRTIO_F_INDIRECT_DESC, 16, INDIRECT | NEXT, "with a next descriptor besides"},
               {VIRTIO_F_INDIRECT_DESC, 24, INDIRECT, "with a table of one and a half descriptors"},
               {VIRTIO_F_INDIRECT_DESC, 0, INDIRECT, "with a table of none"}};
    for (unsigned i = 0; i < sizeof row / sizeof *row; i++) {
        memset(&w, 0, sizeof w);
        given_a_driver(row[i].features);
        describe(SECOND_TABLE, 0, BUFFERS, 16, WRITE, 0);
        describe(TABLE, 1, BUFFERS, 16, WRITE, 0);
        describe(TABLE, 0, SECOND_TABLE, row[i].size, row[i].flags, 1);
        is_refused(0, row[i].what);
    }
}
