/* The policy `trace`: frames that hold tables of the guest are write-protected, so each store to
 * them exits, is emulated, and the shadow follows. It is never older than the guest's tables, and
 * fences have nothing to do.
 *
 * A frame is a table while pages mirror it, and pages mirror what a fill walked through. One that
 * is written again and again without being walked is probably no table any more (P13): its mirrors
 * go, and it is data until it is walked again. */
#include "shadow_pages.h"

enum {
    PATIENCE = 16, /* stores without a walk, until a frame is a table no more */
    PTE_BYTES = 8,
};

/* What the guest's entry, as it stands now, lets this view do at `level`, and where that is. */
static uint64_t allowed_by(struct view view, uint64_t pte, int level)
{
    if (!(pte & PTE_V) || !pte_is_leaf(pte) || !(pte & PTE_A) || sv39_is_malformed(pte, level))
        return 0;
    bool may_store = sv39_may(view.space, pte, ACCESS_STORE) && pte & PTE_D;
    return (sv39_may(view.space, pte, ACCESS_LOAD) ? PTE_R : 0) | (may_store ? PTE_W : 0) |
           (sv39_may(view.space, pte, ACCESS_FETCH) ? PTE_X : 0);
}

/* True when the leaf at `link`, which mirrors the guest's entry `pte`, may stand: it leads to the
 * same place and grants no more, nor would when a reason is taken back. */
static bool leaf_holds(const struct shadows *shadows, link_t link, uint64_t pte)
{
    unsigned page = page_of_link(link);
    uint64_t leaf = page_table(shadows, page)[index_of_link(link)];
    unsigned reasons = page_beside(shadows, link)->reasons;
    int level = shadows->page[page].level;
    struct view view = shadows->shadow[shadows->page[page].shadow].view;
    struct p2m_entry memory;
    uint64_t grants = leaf & (PTE_R | PTE_W | PTE_X);
    if (reasons && !(reasons & SHADOW_CLEAN))
        grants |= PTE_W;
    return !(grants & ~allowed_by(view, pte, level)) &&
           p2m_lookup(shadows->parts.p2m, GPA(pte_pa(pte)), &memory) &&
           memory.hpa.a == pte_pa(leaf);
}

/* The same of a pointer: it leads to the mirror of the same table. */
static bool pointer_holds(const struct shadows *shadows, uint64_t pointer, int level, uint64_t pte)
{
    uint32_t table = shadows->page[page_below(shadows, pointer)].table;
    return is_pointer(pte) && !sv39_is_malformed(pte, level) && table &&
           pte_pa(pte) == shadows->parts.memory.a + (uint64_t)(table - 1) * PAGE_SIZE;
}

/* The guest's table as it stands now. */
static const uint64_t *guest_table(const struct shadows *shadows, gpa_t gpa)
{
    struct p2m_entry memory;
    p2m_lookup(shadows->parts.p2m, GPA(gpa.a & ~(uint64_t)(PAGE_SIZE - 1)), &memory);
    return (const uint64_t *)(const void *)hw_frame(shadows->hw, memory.hpa);
}

/* The guest's entry `index` of the table at `gpa` may have changed: drops what does not hold any
 * more from all of its mirrors. */
static void follow(struct shadows *shadows, gpa_t gpa, unsigned index)
{
    uint64_t pte = guest_table(shadows, gpa)[index];
    uint16_t mirror = frame_of(shadows, gpa)->mirrors;
    while (mirror) {
        unsigned page = mirror - 1;
        uint64_t entry = page_table(shadows, page)[index];
        mirror = shadows->page[page].next_mirror;
        if (!entry)
            continue;
        bool holds = is_pointer(entry)
                         ? pointer_holds(shadows, entry, shadows->page[page].level, pte)
                         : leaf_holds(shadows, link_to(page, index), pte);
        if (holds)
            continue;
        page_drop_entry(shadows, page, index);
        shadows->stats.followed++;
        mirror = frame_of(shadows, gpa)->mirrors; /* the next may have been below it */
    }
}

/* Takes the page out of its shadow; of a root, all that is below it. */
static void drop_mirror(struct shadows *shadows, unsigned page)
{
    const struct shadow_page *of = &shadows->page[page];
    if (of->parent != PAGE_NONE) {
        page_drop_entry(shadows, of->parent, index_at(of->gva, of->level + 1));
        return;
    }
    page_empty(shadows, page);
    page_unmirror(shadows, page);
}

/* The frame is no table any more. */
static void untrace(struct shadows *shadows, gpa_t gpa)
{
    const struct frame *frame = frame_of(shadows, gpa);
    while (frame->mirrors)
        drop_mirror(shadows, frame->mirrors - 1u);
    shadows->stats.untraced++;
}

static bool let_write(struct shadows *shadows, gpa_t gpa)
{
    if (frame_of(shadows, gpa)->writes++ < PATIENCE)
        return false;
    untrace(shadows, gpa);
    return true;
}

/* What is larger than an entry was no change of one. */
static void wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    unsigned first = (gpa.a & (PAGE_SIZE - 1)) / PTE_BYTES;
    unsigned last = ((gpa.a & (PAGE_SIZE - 1)) + size - 1) / PTE_BYTES;
    if (size > PTE_BYTES) {
        untrace(shadows, gpa);
        return;
    }
    for (unsigned index = first; index <= last; index++)
        follow(shadows, gpa, index);
}

static void fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    (void)shadows, (void)all_va, (void)gva, (void)all_asids, (void)asid;
}

const struct shadow_policy shadow_trace = {.name = "trace",
                                           .is_coherent = true,
                                           .traces = true,
                                           .let_write = let_write,
                                           .wrote = wrote,
                                           .fence = fence};
