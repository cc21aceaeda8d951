/* Lockstep and the world outside: disks are held, frames go out once, packets come to both sides,
 * and what differs is found. */
#include "../vmm/world.h"

#include <stdlib.h>
#include <unistd.h>

#include "disk.h"

enum { MAX = 2000, FAULT = 500, ARRIVAL = 300, FRAME = 60, DISK_SIZE = 8192 };
#define RX DATA /* of the card: table, available ring, used ring, buffer */
#define TX (DATA + 0x2000)
#define CARD_PAGE (VIRTIO_BASE + VIRTIO_STRIDE * VIRTIO_NET_SLOT)
#define QUEUE_NOTIFY 0x50

static struct packet packet = {.at = ARRIVAL, .size = FRAME};
static struct packet other = {.at = ARRIVAL, .size = FRAME, .bytes = {[9] = 1}};
static struct packet *packets[] = {&packet}, *others[] = {&other};
static const struct packet_log one_packet = {.packet = packets, .count = 1};
static const struct packet_log other_packet = {.packet = others, .count = 1};
static char path[] = "/tmp/trapeze-outside-XXXXXX";
static struct disk disks[2];
static char *text; /* of the report */
static unsigned sends;

/* A queue of eight with one request of one part. */
static struct virtqueue queue_at(uint64_t at, uint32_t size, uint16_t flags)
{
    poke(at, 8, at + 0x1000);
    poke(at + 8, 4, size);
    poke(at + 12, 2, flags);
    poke(at + 0x102, 2, 1); /* the index of the available ring */
    return (struct virtqueue){
        .desc = at, .driver = at + 0x100, .device = at + 0x200, .num = 8, .is_ready = true};
}

static void note_frame(void *host, const uint8_t *frame, size_t size)
{
    (void)host, (void)frame;
    cr_expect_eq(size, FRAME);
    sends++;
}

static struct disk_backend *held_disk(struct disk *disk)
{
    char error[256];
    cr_assert(disk_open(disk, path, DISK_HELD, error, sizeof error), "%s", error);
    return &disk->backend;
}

/* The guest notifies its card's queues, and counts. */
static void given_a_guest_with_devices(void)
{
    const uint32_t high = (uint32_t)CARD_PAGE >> 12;
    int fd = mkstemp(path);
    cr_assert(fd >= 0 && ftruncate(fd, DISK_SIZE) == 0);
    close(fd);
    world_new();
    program(CODE, insn_table[INSN_lui].match | T0 << 7 | high << 12, LI(T1, 1),
            s_type(INSN_sw, T0, ZERO, QUEUE_NOTIFY), s_type(INSN_sw, T0, T1, QUEUE_NOTIFY),
            i_type(INSN_addi, T2, T2, 1), 0xffdff06f /* j . - 4 */);
    struct virtio *card = &w.vm->platform.s.virtio[VIRTIO_NET_SLOT];
    card->status = 15;
    card->driver_features = (uint64_t)1 << 32;
    card->queue[0] = queue_at(RX, 12 + FRAME, 2);
    card->queue[1] = queue_at(TX, 12 + FRAME, 0);
    twin_new();
    w.vm->platform.packets = w.bare->platform.packets = &one_packet;
    w.bare->platform.send = note_frame;
    w.bare->platform.disk[0] = held_disk(&disks[0]);
    w.vm->platform.disk[0] = held_disk(&disks[1]);
    platform_update(&w.bare->platform);
    platform_update(&w.vm->platform);
}

static void finish(void)
{
    world_end();
    disk_close(&disks[0]);
    disk_close(&disks[1]);
    unlink(path);
    free(text);
}

static enum fidelity_result run_with(void (*spoil)(struct hosted *hosted))
{
    size_t size;
    struct fidelity_fault fault = {.from = FAULT, .to = FAULT + 1, .spoil = spoil};
    FILE *report = open_memstream(&text, &size);
    cr_assert_not_null(report);
    struct fidelity_config config = {
        .max = MAX, .every = 100000, .report = report, .fault = spoil ? &fault : NULL};
    enum fidelity_result result = fidelity(w.bare, w.hosted, &config).result;
    fclose(report);
    return result;
}

TestSuite(outside, .init = given_a_guest_with_devices, .fini = finish);

Test(outside, both_sides_receive_a_packet_and_send_a_frame)
{
    cr_expect_eq(run_with(NULL), FIDELITY_LIMIT, "%s", text);
    cr_expect_eq(w.vm->platform.s.packet_cursor, 1);
    cr_expect_eq(w.vm->platform.s.sent_count, 1);
    cr_expect_eq(peek(RX + 0x202, 2), 1);
    cr_expect_eq(sends, 1);
}

static void spoil_register(struct hosted *hosted)
{
    hosted_vm(hosted)->vcpu[0].hart.x[31] = 1;
}

Test(outside, a_frame_goes_out_once_however_often_its_step_runs)
{
    cr_expect_eq(run_with(spoil_register), FIDELITY_DIFFERENT);
    cr_expect(strstr(text, "differ after step 501") || strstr(text, "differ after step 500"), "%s",
              text);
    cr_expect_eq(sends, 1);
    cr_expect_eq(w.vm->platform.s.packet_cursor, 1, "and the packet came again");
}

Test(outside, a_packet_with_another_byte_is_found)
{
    w.vm->platform.packets = &other_packet;
    cr_expect_eq(run_with(NULL), FIDELITY_DIFFERENT);
    char name[32];
    snprintf(name, sizeof name, "  memory %llx ", (RX + 0x1000 + 12 + 9) & ~7ull);
    cr_expect_not_null(strstr(text, name), "no %s in:\n%s", name, text);
    cr_expect(strstr(text, "after step 300") || strstr(text, "after step 301"), "%s", text);
}

static void spoil_disk(struct hosted *hosted)
{
    uint8_t sector[512] = {[7] = 1};
    struct disk_backend *disk = hosted_vm(hosted)->platform.disk[0];
    cr_assert(disk->transfer(disk, 5, sector, sizeof sector, true));
}

Test(outside, a_byte_that_only_one_side_writes_to_its_disk_is_found)
{
    cr_expect_eq(run_with(spoil_disk), FIDELITY_DIFFERENT);
    cr_expect_not_null(strstr(text, "  disk 0 from byte a07 on"), "%s", text);
    cr_expect(strstr(text, "after step 500") || strstr(text, "after step 501"), "%s", text);
}

static void lose_entropy(struct hosted *hosted)
{
    hosted_vm(hosted)->platform.s.entropy_count++;
}

static void stop_clock(struct hosted *hosted)
{
    hosted_vm(hosted)->platform.s.rtc.offset++;
}

static void break_card(struct hosted *hosted)
{
    hosted_vm(hosted)->platform.s.virtio[VIRTIO_NET_SLOT].status |= 0x40;
}

Test(outside, devices_that_differ_are_found)
{
    static const struct {
        void (*spoil)(struct hosted *hosted);
        const char *name;
    } rows[] = {
        {lose_entropy, "  entropy drawn "}, {stop_clock, "  RTC "}, {break_card, "  virtio "}};
    for (unsigned i = 0; i < 3; i++) {
        if (i > 0) {
            finish();
            strcpy(path, "/tmp/trapeze-outside-XXXXXX");
            w.bare = NULL;
            given_a_guest_with_devices();
        }
        cr_expect_eq(run_with(rows[i].spoil), FIDELITY_DIFFERENT, "%s", rows[i].name);
        cr_expect_not_null(strstr(text, rows[i].name), "no %s in:\n%s", rows[i].name, text);
    }
}
