/* A driver program for the UART, the PLIC and a virtio disk: what it is to do stands on the disk,
 * its key is typed, and what it saw it writes into `answer`. judge.py works out what must stand
 * there, and what must be on the disk afterwards. */
#include <stdbool.h>
#include <stdint.h>

#define REG8(address) (*(volatile uint8_t *)(uint64_t)(address))
#define REG32(address) (*(volatile uint32_t *)(uint64_t)(address))
enum { UART = 0x10000000, PLIC = 0xc000000, DISK = 0x10001000 };
enum { UART_SOURCE = 10, DISK_SOURCE = 1, THRESHOLD = PLIC + 0x200000, CLAIM = THRESHOLD + 4 };
enum { DATA = UART, IER, IIR, LCR, MCR, LSR, FCR = IIR };
enum { INTERRUPT_ACK = DISK + 0x64, INTERRUPT_STATUS = DISK + 0x60, STATUS = DISK + 0x70 };
enum { SECTOR = 512, QUEUE = 16, MOST_JOBS = 24, MOST_SECTORS = 12, MOST_CLAIMS = 4 };
enum { NEXT = 1, WRITE = 2, INDIRECT = 4 };

/* A job, as it stands in sector 0 behind the number of jobs and two priorities. */
struct job {
    uint32_t from, to, count; /* sectors */
    uint32_t pieces;          /* of the chain that reads them */
    uint32_t is_indirect, is_quiet;
    uint32_t cut;   /* bytes by which the read is shorter, which it must not be */
    uint32_t wraps; /* the number of the first sector is 2^64 - 1 */
};

/* The answer, which judge.py knows as well. */
struct answer {
    uint32_t typed_count, last_iir, sent_iir;
    uint32_t uart_claims, disk_claims, disk_interrupts;
    uint32_t looped_count, looped_lsr, quiet_lsr;
    uint32_t order[MOST_CLAIMS], masked;
    uint8_t looped[20];
    uint8_t typed[64];
    struct {
        uint32_t read_status, read_length, write_status, write_length;
        uint32_t heads, sum;
    } job[MOST_JOBS];
};
extern struct answer answer;

/* ---- interrupts ---------------------------------------------------------------------------- */

static volatile bool is_line_complete;

static void receive(void)
{
    uint8_t reason = REG8(IIR);
    while (REG8(LSR) & 1) {
        uint8_t byte = REG8(DATA);
        if (answer.typed_count < sizeof answer.typed)
            answer.typed[answer.typed_count++] = byte;
        is_line_complete |= byte == '\n';
        answer.last_iir = reason;
    }
    if ((reason & 0xf) == 2)
        answer.sent_iir = reason;
}

__attribute__((interrupt("machine"), aligned(4))) void trap(void);
void trap(void)
{
    uint32_t source = REG32(CLAIM);
    if (source == UART_SOURCE) {
        answer.uart_claims = 1;
        receive();
    } else if (source == DISK_SOURCE) {
        answer.disk_claims++;
        answer.disk_interrupts |= REG32(INTERRUPT_STATUS);
        REG32(INTERRUPT_ACK) = REG32(INTERRUPT_STATUS);
    }
    REG32(CLAIM) = source;
}

static void enable(uint32_t source, uint32_t priority)
{
    REG32(PLIC + 4 * source) = priority;
    REG32(PLIC + 0x2000) |= 1u << source;
}

static void interrupts(bool on)
{
    __asm__ volatile("csrw mie, %0" : : "r"(on ? 1 << 11 : 0));
    __asm__ volatile("csrs mstatus, 8");
}

/* ---- the disk ------------------------------------------------------------------------------ */

struct descriptor {
    uint64_t pa;
    uint32_t size;
    uint16_t flags, next;
};
static struct descriptor table[QUEUE], indirect[QUEUE];
static volatile struct {
    uint16_t flags, index, ring[QUEUE];
} available;
static volatile struct {
    uint16_t flags, index;
    struct {
        uint32_t id, length;
    } ring[QUEUE];
} used __attribute__((aligned(4)));

static volatile struct {
    uint32_t type, reserved;
    uint64_t sector;
} header;
static volatile uint8_t status;
static uint8_t buffer[MOST_SECTORS * SECTOR];

static void set64(uint64_t reg, const volatile void *address)
{
    REG32(reg) = (uint32_t)(uint64_t)address;
    REG32(reg + 4) = (uint32_t)((uint64_t)address >> 32);
}

static void start_disk(void)
{
    REG32(STATUS) = 0;
    REG32(STATUS) = 1 | 2;
    REG32(DISK + 0x24) = 0;
    REG32(DISK + 0x20) = 1 << 28; /* indirect descriptors */
    REG32(DISK + 0x24) = 1;
    REG32(DISK + 0x20) = 1; /* version 1 */
    REG32(STATUS) = 1 | 2 | 8;
    REG32(DISK + 0x30) = 0;
    REG32(DISK + 0x38) = QUEUE;
    set64(DISK + 0x80, table);
    set64(DISK + 0x90, &available);
    set64(DISK + 0xa0, &used);
    REG32(DISK + 0x44) = 1;
    REG32(STATUS) = 1 | 2 | 8 | 4;
}

/* Makes the chain of a request, in `at`, from its last descriptor to its first; where they stand is
 * 5 apart, so that `next` matters. */
static uint16_t lay_out(struct descriptor *at, bool is_write, uint32_t size, uint32_t pieces)
{
    uint16_t place = 3;
    at[place] = (struct descriptor){(uint64_t)&status, 1, WRITE, 0};
    uint32_t end = size;
    for (uint32_t i = pieces; i-- > 0;) {
        uint32_t begin = size / pieces * i + (i ? i * 3 % 7 : 0);
        uint16_t behind = place;
        place = (uint16_t)((place + 5) % QUEUE);
        at[place] = (struct descriptor){(uint64_t)buffer + begin, end - begin,
                                        (uint16_t)(NEXT | (is_write ? 0 : WRITE)), behind};
        end = begin;
    }
    uint16_t head = (uint16_t)((place + 5) % QUEUE);
    at[head] = (struct descriptor){(uint64_t)&header, 16, NEXT, place};
    return head;
}

/* In an indirect table the chain begins at its first entry. */
static uint16_t lay_out_indirect(bool is_write, uint32_t size, uint32_t pieces)
{
    uint16_t head = lay_out(indirect, is_write, size, pieces);
    struct descriptor first = indirect[head];
    indirect[head] = indirect[0]; /* which may be one of the chain */
    for (unsigned i = 0; i < QUEUE; i++)
        if (i != head && indirect[i].flags & NEXT && indirect[i].next == 0)
            indirect[i].next = head;
    if (first.next == 0)
        first.next = head;
    indirect[0] = first;
    table[7] = (struct descriptor){(uint64_t)indirect, sizeof indirect, INDIRECT, 0};
    return 7;
}

struct outcome {
    uint32_t status, length, head_is_right;
};

static struct outcome request(bool is_write, uint64_t sector, uint32_t size, const struct job *job)
{
    uint16_t before = used.index;
    header.type = is_write;
    header.sector = sector;
    status = 0xff;
    for (unsigned i = 0; i < QUEUE; i++)
        indirect[i] = table[i] = (struct descriptor){0};
    uint16_t head = job->is_indirect ? lay_out_indirect(is_write, size, job->pieces)
                                     : lay_out(table, is_write, size, job->pieces);
    available.flags = job->is_quiet != 0;
    available.ring[available.index % QUEUE] = head;
    __asm__ volatile("fence" ::: "memory");
    available.index++;
    REG32(DISK + 0x50) = 0;
    /* The device answers on the step that notifies it; elsewhere this would take a while. */
    for (uint32_t patience = 100000; used.index == before && patience; patience--)
        ;
    __asm__ volatile("fence" ::: "memory");
    uint32_t id = used.ring[before % QUEUE].id, length = used.ring[before % QUEUE].length;
    bool came = used.index == (uint16_t)(before + 1);
    return (struct outcome){came ? status : 0xee, length, came && id == head};
}

static void do_job(unsigned number, const struct job *job)
{
    uint32_t size = job->count * SECTOR - job->cut, sum = 2166136261;
    for (unsigned i = 0; i < sizeof buffer; i++)
        buffer[i] = 0;
    uint64_t from = job->wraps ? UINT64_MAX : job->from;
    struct outcome read = request(false, from, size, job);
    for (unsigned i = 0; i < sizeof buffer; i++)
        sum = (sum ^ buffer[i]) * 16777619;
    for (unsigned i = 0; i < sizeof buffer; i++)
        buffer[i] ^= answer.typed[i % (answer.typed_count ? answer.typed_count : 1)];
    struct outcome written = request(true, job->to, size, job);
    answer.job[number].read_status = read.status;
    answer.job[number].read_length = read.length;
    answer.job[number].write_status = written.status;
    answer.job[number].write_length = written.length;
    answer.job[number].heads = read.head_is_right + written.head_is_right;
    answer.job[number].sum = sum;
}

/* ---- the parts of the program -------------------------------------------------------------- */

static const struct job first_sector = {.count = 1, .pieces = 2, .is_quiet = 1};

/* Waits for a line, which comes by interrupt. */
static void read_line(void)
{
    REG8(FCR) = 0x87; /* on, cleared, trigger level 8 */
    REG8(IER) = 1;
    interrupts(true);
    while (!is_line_complete)
        __asm__ volatile("wfi");
    REG8(IER) = 2; /* the transmitter is empty, and says so once */
    REG8(IER) = 0;
}

/* Sends 18 bytes to itself, of which 16 have room. */
static void loop_back(void)
{
    interrupts(false);
    REG8(MCR) = 0x10;
    REG8(FCR) = 7;
    for (unsigned i = 0; i < 18; i++)
        REG8(DATA) = (uint8_t)(answer.typed[i % answer.typed_count] + i);
    answer.looped_lsr = REG8(LSR);
    answer.quiet_lsr = REG8(LSR);
    while (REG8(LSR) & 1 && answer.looped_count < sizeof answer.looped)
        answer.looped[answer.looped_count++] = REG8(DATA);
    REG8(MCR) = 0;
}

/* Both devices want to be served: by priority. Nobody takes the interrupts; they are claimed by
 * hand. */
static void choose(uint32_t uart_priority, uint32_t disk_priority)
{
    enable(UART_SOURCE, uart_priority);
    enable(DISK_SOURCE, disk_priority);
    REG8(IER) = 2;
    static const struct job loud = {.count = 1, .pieces = 1};
    request(false, 0, SECTOR, &loud);
    uint32_t highest = uart_priority > disk_priority ? uart_priority : disk_priority;
    REG32(THRESHOLD) = highest;
    answer.masked = REG32(CLAIM);
    REG32(THRESHOLD) = 0;
    for (unsigned i = 0; i < MOST_CLAIMS; i++)
        answer.order[i] = REG32(CLAIM);
    REG8(IIR); /* the transmitter has been heard */
    REG8(IER) = 0;
    REG32(INTERRUPT_ACK) = REG32(INTERRUPT_STATUS);
    REG32(CLAIM) = UART_SOURCE;
    REG32(CLAIM) = DISK_SOURCE;
}

int main(void)
{
    static uint32_t plan[SECTOR / 4];
    enable(UART_SOURCE, 3);
    read_line();
    loop_back();
    start_disk();
    request(false, 0, SECTOR, &first_sector);
    for (unsigned i = 0; i < SECTOR / 4; i++)
        plan[i] = ((uint32_t *)(void *)buffer)[i];
    choose(plan[1], plan[2]);
    interrupts(true);
    const struct job *jobs = (const struct job *)(plan + 4);
    for (unsigned i = 0; i < plan[0] && i < 15; i++)
        do_job(i, &jobs[i]);
    return 0;
}
