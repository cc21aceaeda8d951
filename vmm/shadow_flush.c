/* The policy `flush`: the shadow is a TLB, filled at faults, emptied by the guest's fences.
 *
 * It knows nothing of where the guest's tables lie, and between a change and its fence an entry may
 * be older than the tables. A fence of everything is an epoch that each shadow notices when it is
 * next used. */
#include "shadow_pages.h"

/* Drops what one shadow says of `gva`. Where a larger page of the guest is here in pieces, all of
 * them go (P15). */
static void fence_gva(struct shadows *shadows, struct shadow *shadow, gva_t gva)
{
    uint64_t pte = page_table(shadows, shadow->root)[index_at(gva, 2)];
    if (!is_pointer(pte))
        return;
    unsigned page = page_below(shadows, pte);
    if (shadows->page[page].has_pieces) {
        page_drop_leaves(shadows, page);
        return;
    }
    pte = page_table(shadows, page)[index_at(gva, 1)];
    if (is_pointer(pte)) {
        page = page_below(shadows, pte);
        if (shadows->page[page].has_pieces)
            page_drop_leaves(shadows, page);
        else if (page_table(shadows, page)[index_at(gva, 0)])
            page_drop_entry(shadows, page, index_at(gva, 0));
    } else if (pte) {
        page_drop_entry(shadows, page, index_at(gva, 1));
    }
}

static void fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    if (all_va && all_asids) {
        shadow_forget(shadows);
        return;
    }
    for (unsigned i = 0; i < SHADOWS; i++) {
        struct shadow *shadow = &shadows->shadow[i];
        if (!shadow->is_used || (!all_asids && shadow_asid(shadow) != (asid & 0xffff)))
            continue;
        if (all_va)
            shadow->epoch = 0;
        else if (shadow->epoch == shadows->epoch)
            fence_gva(shadows, shadow, gva);
    }
}

const struct shadow_policy shadow_flush = {.name = "flush", .fence = fence};
