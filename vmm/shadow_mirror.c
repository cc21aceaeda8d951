/* Mirrors: pages that hold, entry for entry, what was made from a table of the guest, for the
 * policies that trace. What no longer holds is dropped when the guest's entry changes, or, where
 * the policy lets the table run ahead, when a fence names it. */
#include "shadow_mirror.h"

enum { PTE_BYTES = 8 };

/* What a fence names. */
struct fence {
    bool all_va, all_asids;
    gva_t gva;
    uint64_t asid;
};

/* ---- what still holds ---------------------------------------------------------------------- */

/* Lab 7, exercise 3. What the guest's entry `pte`, as it stands in a table of `level`, lets a view
 * do at once, without a walk that would have to change it: of PTE_R, PTE_W, PTE_X. Nothing, if it
 * is not valid, no leaf, malformed at that level (sv39_is_malformed, P08), or not marked accessed:
 * hardware would have to set A. Otherwise what the view's space may load, store and fetch by it
 * (sv39_may); W only if D is set, too (P17). */
static uint64_t allowed_by(struct view view, uint64_t pte, int level)
{
    if (!(pte & PTE_V) || !pte_is_leaf(pte) || !(pte & PTE_A) || sv39_is_malformed(pte, level))
        return 0;
    bool may_store = sv39_may(view.space, pte, ACCESS_STORE) && pte & PTE_D;
    return (sv39_may(view.space, pte, ACCESS_LOAD) ? PTE_R : 0) | (may_store ? PTE_W : 0) |
           (sv39_may(view.space, pte, ACCESS_FETCH) ? PTE_X : 0);
}

/* Lab 7, exercise 3. True when the leaf at `link`, which mirrors the guest's entry `pte`, may
 * stand: it leads where the p2m has the guest's page (p2m_lookup), and grants no more than is
 * allowed_by the entry in the view of its shadow at the level of its page. Granted is also what it
 * will be when a reason is taken back: a leaf with reasons gets W then, without another look at the
 * guest's entry. Only SHADOW_CLEAN, if it is among them, is no promise, for no one takes it back
 * but a new fill. To grant less is no fault: a fault of the hart will ask again. */
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

/* Drops entry `index` of a mirror where the guest's entry `pte` does not explain it any more. True:
 * it was a pointer, and other mirrors may have been below it. */
static bool follow_entry(struct shadows *shadows, unsigned page, unsigned index, uint64_t pte)
{
    uint64_t entry = page_table(shadows, page)[index];
    bool leads_down = is_pointer(entry);
    if (!entry || (leads_down ? pointer_holds(shadows, entry, shadows->page[page].level, pte)
                              : leaf_holds(shadows, link_to(page, index), pte)))
        return false;
    page_drop_entry(shadows, page, index);
    shadows->stats.followed++;
    return leads_down;
}

/* ---- one table ------------------------------------------------------------------------------ */

/* Lab 7, exercise 4. `size` bytes (1 or more) at `gpa`, which lie in one page, were written, and
 * the frame is a table. Every entry that has one of these bytes, or more, is followed
 * (follow_entry, with the guest's entry as it stands now) in every mirror of the table: the list
 * starts at frame_of(gpa)->mirrors and goes on by next_mirror, page numbers plus one, 0 at the end.
 * Where follow_entry dropped a pointer, the pages below it are gone, and mirrors of this very table
 * may have been among them: the list is read from its start again. */
void mirror_wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    unsigned first = (gpa.a & (PAGE_SIZE - 1)) / PTE_BYTES;
    unsigned last = ((gpa.a & (PAGE_SIZE - 1)) + size - 1) / PTE_BYTES;
    const uint64_t *table = guest_table(shadows, gpa);
    for (unsigned index = first; index <= last; index++)
        for (unsigned mirror = frame_of(shadows, gpa)->mirrors; mirror;)
            mirror = follow_entry(shadows, mirror - 1, index, table[index])
                         ? frame_of(shadows, gpa)->mirrors
                         : shadows->page[mirror - 1].next_mirror;
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

void mirror_end(struct shadows *shadows, gpa_t gpa)
{
    const struct frame *frame = frame_of(shadows, gpa);
    while (frame->mirrors)
        drop_mirror(shadows, frame->mirrors - 1u);
    shadows->stats.untraced++;
}

bool mirror_is_leaf_table(const struct shadows *shadows, gpa_t gpa)
{
    for (unsigned mirror = frame_of(shadows, gpa)->mirrors; mirror;
         mirror = shadows->page[mirror - 1].next_mirror)
        if (shadows->page[mirror - 1].level > 0)
            return false;
    return true;
}

/* ---- tables that run ahead ------------------------------------------------------------------- */

static gpa_t late_frame(const struct shadows *shadows, unsigned at)
{
    return GPA(shadows->parts.memory.a + (uint64_t)shadows->late[at] * PAGE_SIZE);
}

/* Brings one mirror up to date: where the fence is of one address, in what it says of that. */
static bool follow_page(struct shadows *shadows, unsigned page, const uint64_t *table,
                        const struct fence *fence)
{
    const struct shadow_page *of = &shadows->page[page];
    uint64_t offset =
        (fence->gva.a & (((uint64_t)1 << 39) - 1)) - (of->gva.a & (((uint64_t)1 << 39) - 1));
    if (!fence->all_va)
        return offset < level_size(of->level + 1) &&
               follow_entry(shadows, page, index_at(fence->gva, of->level),
                            table[index_at(fence->gva, of->level)]);
    bool has_dropped = false;
    for (unsigned i = 0, left = of->used; left; i++)
        if (page_table(shadows, page)[i]) {
            left--;
            has_dropped |= follow_entry(shadows, page, i, table[i]);
        }
    return has_dropped;
}

/* Brings up to date what a fence names of the mirrors of one table. */
static void follow_table(struct shadows *shadows, gpa_t gpa, const struct fence *fence)
{
    const uint64_t *table = guest_table(shadows, gpa);
    for (unsigned mirror = frame_of(shadows, gpa)->mirrors; mirror;) {
        const struct shadow_page *of = &shadows->page[mirror - 1];
        bool is_named =
            fence->all_asids || shadow_asid(&shadows->shadow[of->shadow]) == fence->asid;
        mirror = is_named && follow_page(shadows, mirror - 1, table, fence)
                     ? frame_of(shadows, gpa)->mirrors
                     : of->next_mirror;
    }
}

void mirror_catch_up(struct shadows *shadows, gpa_t gpa)
{
    static const struct fence everything = {.all_va = true, .all_asids = true};
    follow_table(shadows, gpa, &everything);
    frame_of(shadows, gpa)->is_late = false;
    /* It is still a table: what was dropped was below one of its mirrors. */
    shadow_withhold(shadows, gpa, SHADOW_TRACED);
}

static void catch_up_all(struct shadows *shadows)
{
    for (unsigned i = 0; i < shadows->late_count; i++)
        if (frame_of(shadows, late_frame(shadows, i))->is_late)
            mirror_catch_up(shadows, late_frame(shadows, i));
    shadows->late_count = 0;
}

void mirror_be_late(struct shadows *shadows, gpa_t gpa)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (frame->is_late)
        return;
    if (shadows->late_count == SHADOW_LATE)
        catch_up_all(shadows);
    frame->is_late = true;
    shadows->late[shadows->late_count++] =
        (uint32_t)((gpa.a - shadows->parts.memory.a) >> PAGE_SHIFT);
}

void mirror_fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    struct fence fence = {all_va, all_asids, gva, asid & 0xffff};
    if (all_va && all_asids) {
        catch_up_all(shadows);
        return;
    }
    for (unsigned i = 0; i < shadows->late_count; i++)
        if (frame_of(shadows, late_frame(shadows, i))->is_late)
            follow_table(shadows, late_frame(shadows, i), &fence);
}

void mirror_activate(struct shadows *shadows, uint64_t asid)
{
    mirror_fence(shadows, true, GVA(0), false, asid);
}
