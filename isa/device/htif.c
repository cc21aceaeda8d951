/* HTIF, the host-target interface of Spike: a program reports by storing to its symbol `tohost`.
 *
 * The doubleword there is device, command and payload (8, 8 and 48 bits). Device 0 is the system:
 * an odd payload ends the run, and the rest of it is the status; an even one is the address of a
 * call to the host, eight doublewords: its number and arguments. The result goes into the first of
 * them, and 1 into `fromhost`, for which the program waits. Device 1 is the console: command 1
 * writes a byte, and command 0 asks for one, which comes as (1, 0, 0x100 + byte) in `fromhost` when
 * it was typed and `fromhost` is zero. What was read is cleared.
 *
 * A program of 32 bits stores the low word first, then the high one, which completes it. Some store
 * the low word alone and wait for their end, so a low word that stands for a while is complete
 * too: for so long that the turns of other harts do not come between the two. */
#include "platform.h"

enum { HTIF_PATIENCE = 10000 }; /* steps of the hart that stored */
enum { HTIF_SYSTEM = 0, HTIF_CONSOLE = 1, CONSOLE_READ = 0, CONSOLE_WRITE = 1 };
#define HTIF_BYTE ((uint64_t)HTIF_CONSOLE << 56 | (uint64_t)CONSOLE_READ << 48 | 0x100)

/* write, the one call that there is, by Linux's numbers; others are not implemented. At most a page
 * is taken, as files may, since it is all one step of the guest. */
static int64_t call(struct platform *platform, const uint64_t *args)
{
    enum { CALL_WRITE = 64, ERROR_FILE = -9, ERROR_ADDRESS = -14, ERROR_CALL = -38 };
    uint8_t bytes[PAGE_SIZE];
    uint64_t size = args[3] < sizeof bytes ? args[3] : sizeof bytes;
    if (args[0] != CALL_WRITE)
        return ERROR_CALL;
    if (args[1] != 1 && args[1] != 2)
        return ERROR_FILE;
    if (!platform->dma(platform->owner, args[2], bytes, size, false))
        return ERROR_ADDRESS;
    for (uint64_t i = 0; i < size; i++)
        platform_output(platform, bytes[i]);
    return (int64_t)size;
}

static void answer(struct platform *platform, uint64_t at)
{
    uint64_t args[8], one = 1;
    if (!platform->fromhost || !platform->dma(platform->owner, at, args, sizeof args, false))
        return;
    int64_t result = call(platform, args);
    platform_write(platform, at, &result, 8);
    platform_write(platform, platform->fromhost, &one, 8);
}

void platform_htif_input(struct platform *platform)
{
    uint64_t word = 0;
    uint8_t byte;
    if (!platform->s.htif_reads || !platform->fromhost ||
        !platform->dma(platform->owner, platform->fromhost, &word, 8, false) || word ||
        !platform_take_input(platform, &byte))
        return;
    word = HTIF_BYTE | byte;
    platform_write(platform, platform->fromhost, &word, 8);
    platform->s.htif_reads = false;
    platform_update(platform); /* the line may bring the next */
}

void platform_htif(struct platform *platform)
{
    uint64_t word = 0, zero = 0;
    platform->s.due[EVENT_HTIF] = NEVER;
    if (!platform->dma(platform->owner, platform->tohost, &word, 8, false) || word == 0)
        return;
    unsigned device = word >> 56, command = word >> 48 & 0xff;
    uint64_t payload = word & 0xffffffffffff;
    if (device == HTIF_SYSTEM && command == 0 && payload & 1) {
        platform_stop(platform, STOP_POWEROFF, payload >> 1 > 255 ? 255 : (int)(payload >> 1));
        return;
    }
    if (device == HTIF_CONSOLE && command == CONSOLE_WRITE)
        platform_output(platform, (uint8_t)payload);
    platform_write(platform, platform->tohost, &zero, 8);
    platform->s.htif_reads |= device == HTIF_CONSOLE && command == CONSOLE_READ;
    platform_htif_input(platform);
    if (device == HTIF_SYSTEM && command == 0)
        answer(platform, payload);
}

static uint64_t patience(const struct platform *platform)
{
    uint64_t turns = HTIF_PATIENCE / platform->quantum + 1;
    return HTIF_PATIENCE + (platform->harts - 1) * platform->quantum * turns;
}

void platform_stored(struct platform *platform, uint64_t pa, unsigned size)
{
    uint64_t at = platform->tohost;
    platform_breaks(platform, platform->s.turn, pa, size);
    if (platform_watches(platform, pa))
        platform_htif_input(platform); /* fromhost may be free now */
    if (!platform_watches(platform, pa) || pa + size <= at || pa >= at + 8)
        return;
    uint64_t *due = &platform->s.due[EVENT_HTIF];
    if (pa + size > at + 4)
        platform_htif(platform);
    else if (*due == NEVER)
        *due = clock_now(&platform->s.clock) + patience(platform);
    platform->stirred = true;
}
