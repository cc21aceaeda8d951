/* The PMP check, and what a write of the registers leaves behind. */
#include "pmp.h"

#include "sv39.h"

enum { PER_CFG = 8 };
#define ADDRESS_END ((uint64_t)1 << 56)

static uint8_t cfg_of(const struct pmp *pmp, unsigned entry)
{
    return (uint8_t)(pmp->cfg[entry / PER_CFG] >> 8 * (entry % PER_CFG));
}

/* The bytes [base, end) that an entry matches; none where base = end. Addresses have 56 bits, so
 * the end of the largest range does not wrap. */
struct range {
    uint64_t base, end;
};

static struct range range_of(const struct pmp *pmp, unsigned entry)
{
    uint64_t address = pmp->addr[entry];
    uint64_t below = entry ? pmp->addr[entry - 1] : 0;
    uint64_t ones = address & ~(address + 1); /* NAPOT: the trailing ones say how large */
    switch (cfg_of(pmp, entry) & PMP_A) {
    case PMP_TOR:
        return (struct range){below << 2, below < address ? address << 2 : below << 2};
    case PMP_NA4:
        return (struct range){address << 2, (address + 1) << 2};
    case PMP_NAPOT:
        return (struct range){(address & ~ones) << 2, ((address & ~ones) + 2 * ones + 2) << 2};
    default:
        return (struct range){0, 0};
    }
}

/* True when the first entry opens all memory, as pmp_open leaves it: the usual case, and quick. */
static bool is_open(const struct pmp *pmp)
{
    return (uint8_t)pmp->cfg[0] == (PMP_NAPOT | PMP_R | PMP_W | PMP_X) &&
           pmp->addr[0] == PMP_ADDRESS;
}

bool pmp_allows(const struct pmp *pmp, enum mode mode, uint64_t pa, uint64_t size, unsigned needs)
{
    if (is_open(pmp) && pa < ADDRESS_END && size <= ADDRESS_END)
        return true;
    for (unsigned entry = 0; (pmp->cfg[0] | pmp->cfg[1]) && entry < PMP_ENTRIES; entry++) {
        struct range range = range_of(pmp, entry);
        uint8_t cfg = cfg_of(pmp, entry);
        uint64_t last = pa + size - 1;
        if (range.base == range.end || last < range.base || pa >= range.end)
            continue;
        if (pa < range.base || last >= range.end)
            return false;
        return (mode == MODE_M && !(cfg & PMP_L)) || (cfg & needs) == needs;
    }
    return mode == MODE_M;
}

unsigned pmp_needs(enum access why)
{
    return why == ACCESS_FETCH ? PMP_X : access_is_write(why) ? PMP_W : PMP_R;
}

/* What an entry keeps: bits 6:5 are read-only zero. R, W and X are one WARL field, in which W
 * without R is reserved (Privileged 3.7.1): of such a write W is dropped, which grants less than
 * was asked, never more; X stays what it says. Spike does the same. */
static uint8_t legal_cfg(uint8_t cfg)
{
    cfg &= PMP_L | PMP_A | PMP_R | PMP_W | PMP_X;
    return cfg & PMP_R ? cfg : cfg & (uint8_t)~PMP_W;
}

uint64_t pmp_cfg_written(const struct pmp *pmp, unsigned index, uint64_t value)
{
    uint64_t written = 0;
    for (unsigned i = 0; i < PER_CFG; i++) {
        uint8_t old = cfg_of(pmp, PER_CFG * index + i);
        uint8_t new = legal_cfg((uint8_t)(value >> 8 * i));
        written |= (uint64_t)(old & PMP_L ? old : new) << 8 * i;
    }
    return written;
}

uint64_t pmp_address_written(const struct pmp *pmp, unsigned index, uint64_t value)
{
    uint8_t above = index + 1 < PMP_ENTRIES ? cfg_of(pmp, index + 1) : 0;
    bool is_top_of_locked = (above & (PMP_L | PMP_A)) == (PMP_L | PMP_TOR);
    bool is_locked = cfg_of(pmp, index) & PMP_L || is_top_of_locked;
    return is_locked ? pmp->addr[index] : value & PMP_ADDRESS;
}

void pmp_open(struct pmp *pmp)
{
    pmp->cfg[0] = PMP_NAPOT | PMP_R | PMP_W | PMP_X;
    pmp->addr[0] = PMP_ADDRESS;
}
