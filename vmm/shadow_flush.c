/* The policy `flush`: the shadow is a TLB, filled at faults, emptied by the guest's fences.
 *
 * It knows nothing of where the guest's tables lie, and between a change and its fence an entry may
 * be older than the tables. A fence of everything is an epoch that each shadow notices when it is
 * next used. */
#include "shadow_pages.h"

/* Lab 6, exercise 6. Drops what one shadow says of `gva`: the entry that maps it, of 4 KiB or of 2
 * MiB (page_drop_entry). The fence names a page of the guest, which may be larger than the
 * shadow's: so where on the way down (index_at, is_pointer, page_below) a page below the root
 * has_pieces, all of its leaves go, and all below it (page_drop_leaves), instead of one (P15).
 * Tables stay. Where nothing maps gva, nothing is done: an entry that is 0 cannot be dropped. */
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

/* Lab 6, exercise 6. The guest's sfence.vma (Privileged 4.2.1): of all addresses or of `gva`, in
 * all address spaces or in those whose ASID is `asid`, whose bits above 15 mean nothing.
 *
 * Everything everywhere: shadow_forget. Otherwise each shadow that is used and named (shadow_asid)
 * is fenced: of one address, at once (fence_gva); of all, when it is next used, by an epoch that
 * never is (0). A shadow whose epoch is not that of `shadows` will be emptied anyway: it needs
 * nothing. Whoever is not named keeps what it has. */
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
