/* A guest that uses its virtio devices, each that it finds, and says what came of it. The disk's
 * first sector tells it, in two bytes, to which UDP port of the host it shall speak. */
#include "driver.h"

enum { SECTOR = 512, HEADER = 16, READ = 0, OUT = 1, FLUSH = 4 };

static unsigned failed;

static void expect(bool is_right, const char *what)
{
    if (is_right)
        return;
    print("failed: ");
    print(what);
    print("\n");
    failed++;
}

/* ---- disk ---------------------------------------------------------------------------------- */

static struct device disk;
static uint8_t sectors[9 * SECTOR];

static uint8_t disk_request(uint32_t type, uint64_t sector, void *data, uint32_t size)
{
    volatile struct {
        uint32_t type, reserved;
        uint64_t sector;
    } header = {type, 0, sector};
    volatile uint8_t status = 0xff;
    struct piece pieces[] = {
        {&header, HEADER, false}, {data, size, type == READ}, {&status, 1, true}};
    if (!size)
        pieces[1] = pieces[2];
    device_post(&disk, 0, 0, pieces, size ? 3 : 2);
    device_wait(&disk, 0);
    return status;
}

static uint8_t pattern(unsigned at)
{
    return (uint8_t)(at / SECTOR + 7 * at);
}

/* Returns the port that the disk names. */
static uint16_t use_disk(void)
{
    if (!device_find(&disk, BLOCK, 1))
        return 0;
    print("disk of ");
    print_number(disk.base[0x100 / 4]);
    print(" sectors\n");
    expect(disk_request(READ, 0, sectors, SECTOR) == 0, "the first sector is read");
    uint16_t port = (uint16_t)(sectors[0] | sectors[1] << 8);
    for (unsigned i = 0; i < sizeof sectors; i++)
        sectors[i] = pattern(i);
    expect(disk_request(OUT, 5, sectors, sizeof sectors) == 0, "sectors are written");
    expect(disk_request(FLUSH, 0, 0, 0) == 0, "and flushed");
    for (unsigned i = 0; i < sizeof sectors; i++)
        sectors[i] = 0;
    expect(disk_request(READ, 5, sectors, sizeof sectors) == 0, "and read");
    for (unsigned i = 0; i < sizeof sectors; i++)
        if (sectors[i] != pattern(i)) {
            expect(false, "and are what was written");
            break;
        }
    expect(disk_request(READ, 1u << 30, sectors, SECTOR) == 1, "there is an end");
    return port;
}

/* ---- entropy ------------------------------------------------------------------------------- */

static void use_entropy(void)
{
    static struct device entropy;
    static volatile uint8_t bytes[64];
    unsigned zeros = 0;
    if (!device_find(&entropy, ENTROPY, 1))
        return;
    device_post(&entropy, 0, 0, &(struct piece){bytes, sizeof bytes, true}, 1);
    print("entropy of ");
    print_number(device_wait(&entropy, 0));
    print(" bytes\n");
    for (unsigned i = 0; i < sizeof bytes; i++)
        zeros += bytes[i] == 0;
    expect(zeros < 8, "random bytes are not zero");
}

/* ---- network ------------------------------------------------------------------------------- */

enum { NET_HEADER = 12, FRAME = 1514, ETHERNET = 14, IP = 20, UDP = 8, MY_PORT = 4000, ROUNDS = 5 };
static struct device net;
static volatile uint8_t received[NET_HEADER + FRAME], frame[NET_HEADER + FRAME];
static uint8_t my_mac[6], host_mac[6];
static const uint8_t my_ip[4] = {10, 0, 2, 15}, host_ip[4] = {10, 0, 2, 2};

static unsigned put(unsigned at, const uint8_t *bytes, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        frame[NET_HEADER + at + i] = bytes[i];
    return at + size;
}

static unsigned put16(unsigned at, unsigned value)
{
    return put(at, (uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static unsigned get16(unsigned at)
{
    return (unsigned)received[NET_HEADER + at] << 8 | received[NET_HEADER + at + 1];
}

static void send(unsigned size)
{
    device_post(&net, 1, 0, &(struct piece){frame, NET_HEADER + size, false}, 1);
    device_wait(&net, 1);
}

/* The next frame that arrives; returns its size. */
static unsigned receive(void)
{
    device_post(&net, 0, 0, &(struct piece){received, sizeof received, true}, 1);
    return device_wait(&net, 0) - NET_HEADER;
}

static unsigned begin_frame(const uint8_t *to, unsigned type)
{
    return put16(put(put(0, to, 6), my_mac, 6), type);
}

/* ARP (RFC 826): who has the host's address? */
static void ask_for_host(void)
{
    static const uint8_t everybody[6] = {255, 255, 255, 255, 255, 255}, nobody[6];
    static const uint8_t request[8] = {0, 1, 8, 0, 6, 4, 0, 1};
    unsigned at = begin_frame(everybody, 0x0806);
    at = put(put(put(at, request, 8), my_mac, 6), my_ip, 4);
    send(put(put(at, nobody, 6), host_ip, 4));
    do
        receive();
    while (get16(12) != 0x0806 || get16(ETHERNET + 6) != 2);
    for (unsigned i = 0; i < 6; i++)
        host_mac[i] = received[NET_HEADER + ETHERNET + 8 + i];
}

static unsigned ip_checksum(unsigned at)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < IP; i += 2)
        sum += (uint32_t)frame[NET_HEADER + at + i] << 8 | frame[NET_HEADER + at + i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    return ~(sum + (sum >> 16)) & 0xffff;
}

/* UDP over IPv4, without a checksum of its own (RFC 768). */
static void send_datagram(unsigned port, const uint8_t *bytes, unsigned size)
{
    unsigned ip = begin_frame(host_mac, 0x0800);
    unsigned at = put16(put(ip, (uint8_t[]){0x45, 0}, 2), IP + UDP + size);
    at = put(at, (uint8_t[]){0, 0, 0, 0, 64, 17, 0, 0}, 8);
    at = put(put(at, my_ip, 4), host_ip, 4);
    put16(ip + 10, ip_checksum(ip));
    at = put16(put16(put16(put16(at, MY_PORT), port), UDP + size), 0);
    send(put(at, bytes, size));
}

/* Waits for a datagram, and expects it to be `bytes`, each one more than it was sent. */
static bool is_answered(const uint8_t *bytes, unsigned size)
{
    const unsigned data = ETHERNET + IP + UDP;
    do
        receive();
    while (get16(12) != 0x0800 || received[NET_HEADER + ETHERNET + 9] != 17 ||
           get16(ETHERNET + IP + 2) != MY_PORT);
    for (unsigned i = 0; i < size; i++)
        if (received[NET_HEADER + data + i] != (uint8_t)(bytes[i] + 1))
            return false;
    return get16(ETHERNET + IP + 4) == UDP + size;
}

static void use_net(uint16_t port)
{
    uint8_t bytes[1000];
    if (!port || !device_find(&net, NET, 2))
        return;
    for (unsigned i = 0; i < 6; i++)
        my_mac[i] = ((volatile uint8_t *)net.base)[0x100 + i];
    ask_for_host();
    print("network with a host\n");
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)(round * 31 + i);
        send_datagram(port, bytes, 1 + round * 200);
        expect(is_answered(bytes, 1 + round * 200), "the host answers");
    }
    print_number(ROUNDS);
    print(" datagrams there and back\n");
}

/* ---- console ------------------------------------------------------------------------------- */

/* Reads a line, and says it back. */
static void use_console(void)
{
    static struct device console;
    static volatile uint8_t line[64];
    unsigned length = 0;
    if (!device_find(&console, CONSOLE, 2))
        return;
    while (length < sizeof line && (!length || line[length - 1] != '\r')) {
        device_post(&console, 0, 0, &(struct piece){line + length, 1, true}, 1);
        length += device_wait(&console, 0);
    }
    line[length - 1] = '\n';
    device_post(&console, 1, 0, &(struct piece){line, length, false}, 1);
    device_wait(&console, 1);
}

int main(void)
{
    uint16_t port = use_disk();
    use_entropy();
    use_net(port);
    use_console();
    print(failed ? "it failed\n" : "all is well\n");
    return failed ? 1 : 0;
}
