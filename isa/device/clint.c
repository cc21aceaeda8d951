/* The CLINT's registers. All are pairs of 32-bit halves, so an access of eight bytes is two of
 * four, and there is one text for both. */
#include "clint.h"

#include <string.h>

enum { MSIP = 0, MTIMECMP = 0x4000, MTIME = 0xbff8 };

void clint_reset(struct clint *clint)
{
    memset(clint, 0, sizeof *clint);
    memset(clint->mtimecmp, 0xff, sizeof clint->mtimecmp);
}

static uint64_t half(uint64_t value, bool is_high)
{
    return (uint32_t)(is_high ? value >> 32 : value);
}

static uint64_t with_half(uint64_t old, bool is_high, uint64_t half)
{
    return is_high ? (uint32_t)old | half << 32 : (old & ~(uint64_t)UINT32_MAX) | (uint32_t)half;
}

static uint32_t read_word(const struct clint *clint, unsigned harts, uint64_t ticks,
                          uint64_t offset)
{
    bool is_high = offset & 4;
    if (offset < MSIP + 4 * harts)
        return clint->msip[offset / 4];
    if (offset >= MTIMECMP && offset < MTIMECMP + 8 * harts)
        return half(clint->mtimecmp[(offset - MTIMECMP) / 8], is_high);
    if (offset >= MTIME && offset < MTIME + 8)
        return half(ticks + clint->mtime_offset, is_high);
    return 0;
}

static void write_word(struct clint *clint, unsigned harts, uint64_t ticks, uint64_t offset,
                       uint32_t value)
{
    bool is_high = offset & 4;
    if (offset < MSIP + 4 * harts) {
        clint->msip[offset / 4] = value & 1;
    } else if (offset >= MTIMECMP && offset < MTIMECMP + 8 * harts) {
        uint64_t *mtimecmp = &clint->mtimecmp[(offset - MTIMECMP) / 8];
        *mtimecmp = with_half(*mtimecmp, is_high, value);
    } else if (offset >= MTIME && offset < MTIME + 8) {
        uint64_t mtime = with_half(ticks + clint->mtime_offset, is_high, value);
        clint->mtime_offset = mtime - ticks;
    }
}

bool clint_access(struct clint *clint, unsigned harts, uint64_t ticks, uint64_t offset,
                  unsigned size, bool is_write, uint64_t *value)
{
    if ((size != 4 && size != 8) || offset & (size - 1))
        return false;
    if (size == 8 && offset < MTIMECMP) /* msip registers are 32 bits wide */
        return false;
    uint64_t given = *value;
    *value = is_write ? given : 0;
    for (unsigned at = 0; at < size; at += 4) {
        if (is_write)
            write_word(clint, harts, ticks, offset + at, (uint32_t)(given >> 8 * at));
        else
            *value |= (uint64_t)read_word(clint, harts, ticks, offset + at) << 8 * at;
    }
    return true;
}
