/* The CLINT: machine software interrupts, mtime and mtimecmp, laid out as SiFive's
 * (FU540-C000 manual, chapter 9) and as on QEMU's virt board.
 *
 * The model keeps mtime as an offset to a clock that it is given, so nothing has to tick. */
#ifndef CLINT_H
#define CLINT_H

#include <stdbool.h>
#include <stdint.h>

enum { CLINT_HARTS = 8 };

struct clint {
    uint64_t mtime_offset; /* mtime = ticks + this */
    uint64_t mtimecmp[CLINT_HARTS];
    uint8_t msip[CLINT_HARTS];
};

void clint_reset(struct clint *clint);

/* Reads or writes `size` (4 or 8) bytes, aligned, at `offset` into the device, for a board of
 * `harts` harts, when the clock says `ticks`. Registers that do not exist read as zero. False: a
 * width or alignment that the device refuses. */
bool clint_access(struct clint *clint, unsigned harts, uint64_t ticks, uint64_t offset,
                  unsigned size, bool is_write, uint64_t *value);

#endif
