/* Replaced entries in a hash by address, fences in the order in which they came. */
#include "stale.h"

#include <string.h>

void stale_clear(struct stale *stale)
{
    stale->spaces = 0;
    if (stale->entries)
        memset(stale->slot, 0, sizeof stale->slot);
    stale->entries = stale->fences = 0;
    stale->is_full = false;
}

/* The slot that holds the entry at `pa`, or that would. */
static uint16_t *find(struct stale *stale, uint64_t pa)
{
    unsigned at = (unsigned)((pa >> 3) * 0x9e3779b1u) % STALE_SLOTS;
    while (stale->slot[at] && stale->entry[stale->slot[at] - 1].pa != pa)
        at = (at + 1) % STALE_SLOTS;
    return &stale->slot[at];
}

static void add(struct stale *stale, struct replacement replacement)
{
    uint16_t *slot = find(stale, replacement.pa);
    if (!*slot && stale->entries == STALE_ROOM) {
        stale->is_full = true;
        return;
    }
    if (!*slot)
        *slot = (uint16_t)++stale->entries;
    stale->entry[*slot - 1] = replacement;
}

void stale_copy(struct stale *to, const struct stale *from)
{
    stale_clear(to);
    for (unsigned i = 0; i < from->entries; i++)
        add(to, from->entry[i]);
    memcpy(to->fence, from->fence, from->fences * sizeof *from->fence);
    to->fences = from->fences;
    memcpy(to->space, from->space, from->spaces * sizeof *from->space);
    to->spaces = from->spaces;
    to->is_full = from->is_full;
    to->now = from->now;
    to->was_used = from->was_used;
}

void stale_replaced(struct stale *stale, uint64_t pa)
{
    add(stale, (struct replacement){.pa = pa, .when = ++stale->now});
}

static uint64_t asid_of(uint64_t satp)
{
    return (satp & SATP_ASID) >> SATP_ASID_SHIFT;
}

/* All addresses of the spaces with `asid` were fenced: they are as if never walked. */
static void forget_spaces(struct stale *stale, uint64_t asid)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < stale->spaces; i++)
        if (asid_of(stale->space[i].satp) != asid)
            stale->space[kept++] = stale->space[i];
    stale->spaces = kept;
}

void stale_fenced(struct stale *stale, bool all_va, uint64_t va, bool all_asids, uint64_t asid)
{
    asid &= asid_of(SATP_ASID);
    if (all_va && all_asids)
        stale_clear(stale);
    else if (all_va)
        forget_spaces(stale, asid);
    else if (stale->fences == STALE_ROOM)
        stale->is_full = true;
    else if (stale->entries)
        stale->fence[stale->fences++] =
            (struct fence){.va = va, .all_asids = all_asids, .asid = asid, .when = ++stale->now};
}

/* True when a fence since `when` covers the page at `va` in the space with `asid`. A fence of one
 * address is taken to cover 4 KiB alone: what was replaced may have been a pointer, which it need
 * not reach (Privileged 4.2.1). The latest fences are the likeliest. */
static bool is_covered(const struct stale *stale, uint64_t when, uint64_t va, uint64_t asid)
{
    for (unsigned i = stale->fences; i-- > 0 && stale->fence[i].when > when;) {
        const struct fence *fence = &stale->fence[i];
        bool names_va = fence->va >> PAGE_SHIFT == va >> PAGE_SHIFT;
        if (names_va && (fence->all_asids || fence->asid == asid))
            return true;
    }
    return false;
}

/* When `satp` was first walked; now, when it never was. */
static uint64_t born(struct stale *stale, uint64_t satp)
{
    for (unsigned i = 0; i < stale->spaces; i++)
        if (stale->space[i].satp == satp)
            return stale->space[i].when;
    if (stale->spaces == STALE_SPACES) {
        stale->is_full = true;
        return 0;
    }
    stale->space[stale->spaces++] = (struct born){.satp = satp, .when = stale->now};
    return stale->now;
}

void stale_walked(struct stale *stale, uint64_t satp, uint64_t va, const struct walk *walk)
{
    uint64_t asid = asid_of(satp);
    uint64_t birth = born(stale, satp);
    if (stale->is_full)
        stale->was_used = true;
    for (int i = 0; stale->entries && i < walk->steps; i++) {
        uint16_t slot = *find(stale, walk->step[i].pte_pa);
        if (!slot)
            continue;
        uint64_t when = stale->entry[slot - 1].when;
        if (when > birth && !is_covered(stale, when, va, asid))
            stale->was_used = true;
    }
}
