/* Shadows: one for each view that the guest uses, filled an entry at a time.
 *
 * Pages come from a bounded pool. When it is empty, the shadow that was not used for longest gives
 * up its pages, at the last the one in use: nothing fails. */
#include "shadow_mirror.h"

#include <string.h>

/* ---- room -------------------------------------------------------------------------------- */

/* Empties a shadow: only its root is left. */
static void clear_shadow(struct shadows *shadows, struct shadow *shadow)
{
    page_empty(shadows, shadow->root);
    shadow->epoch = shadows->epoch;
    shadows->stats.cleared++;
    hw_fence_all(shadows->hw);
}

/* The same for its leaves: the tables will be wanted again. */
static void clear_leaves(struct shadows *shadows, struct shadow *shadow)
{
    page_drop_leaves(shadows, shadow->root);
    shadow->epoch = shadows->epoch;
    shadows->stats.cleared++;
    hw_fence_all(shadows->hw);
}

static void release_shadow(struct shadows *shadows, struct shadow *shadow)
{
    clear_shadow(shadows, shadow);
    page_give(shadows, shadow->root);
    shadow->is_used = false;
    shadows->stats.recycled++;
}

/* Makes sure of `pages` free pages: the shadows that were not used for longest give up theirs; when
 * only `keep` is left, it is emptied. */
static void make_room(struct shadows *shadows, unsigned pages, struct shadow *keep)
{
    while (shadows->free_count < pages) {
        struct shadow *oldest = NULL;
        for (unsigned i = 0; i < SHADOWS; i++) {
            struct shadow *shadow = &shadows->shadow[i];
            if (shadow->is_used && shadow != keep &&
                (!oldest || shadow->last_use < oldest->last_use))
                oldest = shadow;
        }
        if (oldest)
            release_shadow(shadows, oldest);
        else
            clear_shadow(shadows, keep);
    }
}

/* ---- shadows ---------------------------------------------------------------------------- */

uint64_t shadow_pool_frames(uint64_t frames)
{
    return 2 * SHADOW_PAGES + frame_map_frames(frames);
}

/* No shadow, and all pages free. */
static void start_over(struct shadows *shadows)
{
    for (unsigned i = 0; i < SHADOWS; i++)
        shadows->shadow[i].is_used = false;
    memset(shadows->page, 0, sizeof shadows->page); /* none is a mirror */
    shadows->free = PAGE_NONE;
    shadows->free_count = 0;
    for (unsigned page = SHADOW_PAGES; page-- > 0;)
        page_give(shadows, page);
    shadows->epoch = 1;
    shadows->late_count = 0;
    hw_fence_all(shadows->hw);
}

void shadow_init(struct shadows *shadows, const struct shadow_parts *parts)
{
    memset(shadows, 0, sizeof *shadows);
    shadows->hw = parts->owners->hw;
    shadows->parts = *parts;
    shadows->pool = parts->pool;
    shadows->heads = HPA(parts->pool.a + (uint64_t)2 * SHADOW_PAGES * PAGE_SIZE);
    start_over(shadows);
}

void shadow_reset(struct shadows *shadows)
{
    for (uint64_t i = 0; i < 2 * shadows->touched; i++)
        hw_clear(shadows->hw, HPA(shadows->pool.a + i * PAGE_SIZE));
    for (uint64_t i = 0; i < frame_map_frames(shadows->parts.frames); i++)
        hw_clear(shadows->hw, HPA(shadows->heads.a + i * PAGE_SIZE));
    start_over(shadows);
}

static bool same_view(const struct view *a, const struct view *b)
{
    return space_equal(&a->space, &b->space) && a->fetches_only == b->fetches_only &&
           a->protection == b->protection;
}

static struct shadow *make_shadow(struct shadows *shadows, struct view view)
{
    struct shadow *shadow = NULL;
    for (unsigned i = 0; i < SHADOWS; i++) {
        struct shadow *candidate = &shadows->shadow[i];
        if (!candidate->is_used) {
            shadow = candidate;
            break;
        }
        if (!shadow || candidate->last_use < shadow->last_use)
            shadow = candidate;
    }
    if (shadow->is_used)
        release_shadow(shadows, shadow);
    make_room(shadows, 1, NULL);
    unsigned root = page_take_root(shadows, (unsigned)(shadow - shadows->shadow));
    *shadow = (struct shadow){
        .is_used = true, .view = view, .root = (uint16_t)root, .epoch = shadows->epoch};
    return shadow;
}

struct shadow *shadow_of(struct shadows *shadows, struct view view)
{
    struct shadow *found = NULL;
    for (unsigned i = 0; i < SHADOWS && !found; i++)
        if (shadows->shadow[i].is_used && same_view(&shadows->shadow[i].view, &view))
            found = &shadows->shadow[i];
    if (!found)
        found = make_shadow(shadows, view);
    else if (found->epoch != shadows->epoch)
        clear_leaves(shadows, found);
    found->last_use = ++shadows->now;
    return found;
}

uint64_t shadow_satp(const struct shadows *shadows, const struct shadow *shadow)
{
    return (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT |
           page_hpa(shadows, shadow->root).a >> PAGE_SHIFT;
}

/* ---- filling ---------------------------------------------------------------------------- */

/* Lab 6, exercise 3. Combines what the guest grants with what the VMM does: the permissions of a
 * shadow entry (of PTE_R, PTE_W, PTE_X), ORed with the reasons why W is missing (of
 * SHADOW_REASONS).
 *
 * `guest_pte` is the guest's leaf, whose translation has already succeeded in this view: so its U
 * bit and the view's mode and SUM agree, for loads and stores. From its R, W and X:
 *   MXR makes what is executable readable too (P07).
 *   In S, a U page is never executable, whatever SUM says (P06).
 *   In a view for fetches only, nothing but X is left.
 * Of that, what `p2m_perms` has too (of the same bits) may be granted. W besides is withheld while
 * there is any reason: those that the frame has (`reasons`), SHADOW_CLEAN where the leaf's D is 0,
 * so that the first store exits and D is set (P17), SHADOW_HELD where the p2m has no W. All of them
 * are in the result (P18); but a leaf without W, or whose W this view does not have, has no reasons
 * at all: there is nothing to give back. */
uint64_t shadow_perms(struct view view, uint64_t guest_pte, unsigned p2m_perms, unsigned reasons)
{
    uint64_t perms = guest_pte & (PTE_R | PTE_W | PTE_X);
    if (view.space.mxr && perms & PTE_X)
        perms |= PTE_R;
    if (view.space.mode == MODE_S && guest_pte & PTE_U)
        perms &= ~(uint64_t)PTE_X;
    if (view.fetches_only)
        perms &= PTE_X;
    if (!(perms & PTE_W))
        return perms & p2m_perms;
    reasons |= guest_pte & PTE_D ? 0 : SHADOW_CLEAN;
    reasons |= p2m_perms & PTE_W ? 0 : SHADOW_HELD;
    if (reasons)
        perms &= ~(uint64_t)PTE_W;
    return (perms & p2m_perms) | reasons;
}

/* The frame of the guest's table that a page of `level` mirrors on the way of `walk`; false: there
 * is none, since the guest does not page or has a larger page there. */
static bool table_on(const struct walk *walk, int level, gpa_t *table)
{
    int step = SV39_LEVELS - 1 - level;
    *table = step < walk->steps ? GPA(walk->step[step].pte_pa) : GPA(0);
    return step < walk->steps;
}

/* Sees to it that `page` holds what was made from the table on the way of `walk`, and nothing else,
 * where the policy wants to know. */
static void page_on(struct shadows *shadows, unsigned page, const struct walk *walk)
{
    struct shadow_page *of = &shadows->page[page];
    gpa_t gpa;
    bool has_table = table_on(walk, of->level, &gpa);
    of->has_pieces |= of->level < walk->level;
    if (!shadows->parts.policy->traces)
        return;
    uint64_t frame = (gpa.a - shadows->parts.memory.a) >> PAGE_SHIFT;
    if (of->table != (has_table ? frame + 1 : 0)) {
        page_empty(shadows, page);
        page_unmirror(shadows, page);
        if (has_table)
            page_mirror(shadows, page, gpa);
    }
    if (has_table)
        frame_of(shadows, gpa)->writes = 0;
}

/* Lab 6, exercise 4. True when the entry for `gva` in `page`, a table of level 1, may be one of 2
 * MiB: the guest's leaf (of `walk`) and the p2m's (`memory`) are at least as large; nothing in the
 * guest's 2 MiB is withheld (chunk_of(walk->pa)->withheld); and no small entries of that region are
 * in use, which would be lost: the entry there leads to no page that has any (is_pointer,
 * page_below, `used`). */
static bool stays_large(const struct shadows *shadows, unsigned page, gva_t gva,
                        const struct walk *walk, const struct p2m_entry *memory)
{
    uint64_t pte = page_table(shadows, page)[index_at(gva, 1)];
    bool has_small = is_pointer(pte) && shadows->page[page_below(shadows, pte)].used;
    return walk->level > 0 && memory->level > 0 && !has_small &&
           !chunk_of(shadows, GPA(walk->pa))->withheld;
}

/* Lab 6, exercise 4. Enters gva -> hpa into the shadow: its tables down to the leaf, and that.
 *
 * First make_room for all tables that may be needed below the root, SV39_LEVELS - 1, sparing this
 * shadow. Then from the root (shadow->root, level 2) down: each page on the way is told what it is
 * made from (page_on), and the one below it is had by page_child, at index_at(gva, level). The leaf
 * is one of level 1 where that stays_large, else of level 0. It (page_set_leaf) leads to the
 * machine's frame, or 2 MiB of frames, that memory->hpa lies in, aligned to its size; and it grants
 * what shadow_perms says of the view, the guest's leaf, the p2m's permissions, and what is withheld
 * of the guest's frame (shadow_withheld, of walk->pa). Counts stats.fills. */
void shadow_fill(struct shadows *shadows, struct shadow *shadow, gva_t gva, const struct walk *walk,
                 const struct p2m_entry *memory)
{
    make_room(shadows, SV39_LEVELS - 1, shadow);
    page_on(shadows, shadow->root, walk);
    unsigned page = page_child(shadows, shadow->root, index_at(gva, 2));
    page_on(shadows, page, walk);
    int level = stays_large(shadows, page, gva, walk, memory) ? 1 : 0;
    if (level == 0) {
        page = page_child(shadows, page, index_at(gva, 1));
        page_on(shadows, page, walk);
    }
    page_set_leaf(shadows, page, index_at(gva, level),
                  HPA(memory->hpa.a & ~(level_size(level) - 1)),
                  shadow_perms(shadow->view, walk->pte, memory->perms,
                               shadow_withheld(shadows, GPA(walk->pa))));
    shadows->stats.fills++;
}

/* ---- what is heard of the guest's tables --------------------------------------------------- */

const struct shadow_policy *const shadow_policies[SHADOW_KINDS] = {
    [SHADOW_FLUSH] = &shadow_flush,
    [SHADOW_TRACE] = &shadow_trace,
    [SHADOW_UNSYNC] = &shadow_unsync,
};

uint64_t shadow_asid(const struct shadow *shadow)
{
    return (shadow->view.space.satp & SATP_ASID) >> SATP_ASID_SHIFT;
}

void shadow_forget(struct shadows *shadows)
{
    shadows->epoch++;
}

void shadow_activate(struct shadows *shadows, const struct shadow *shadow, uint64_t satp)
{
    if (shadows->parts.policy->activated && shadow->view.space.satp != satp)
        shadows->parts.policy->activated(shadows, shadow_asid(shadow));
}

bool shadow_is_coherent(const struct shadows *shadows)
{
    return shadows->parts.policy->is_coherent && !shadows->parts.is_stale;
}

void shadow_fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    shadows->parts.policy->fence(shadows, all_va, gva, all_asids, asid);
}

void shadow_wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    if (shadows->parts.policy->wrote && frame_of(shadows, gpa)->mirrors)
        shadows->parts.policy->wrote(shadows, gpa, size);
}

void shadow_no_table(struct shadows *shadows, gpa_t gpa)
{
    if (frame_of(shadows, gpa)->mirrors)
        mirror_end(shadows, gpa);
}

bool shadow_may_write(struct shadows *shadows, gpa_t gpa)
{
    return !(shadow_withheld(shadows, gpa) & SHADOW_TRACED) ||
           shadows->parts.policy->let_write(shadows, gpa);
}

uint64_t shadow_lookup(const struct shadows *shadows, const struct shadow *shadow, gva_t gva,
                       int *level, unsigned *reasons)
{
    unsigned page = shadow->root;
    for (*level = SV39_LEVELS - 1;; --*level) { /* at the lowest, there are no pointers */
        unsigned index = index_at(gva, *level);
        uint64_t pte = page_table(shadows, page)[index];
        if (reasons)
            *reasons = pte ? page_beside(shadows, link_to(page, index))->reasons : 0;
        if (!is_pointer(pte))
            return pte;
        page = page_below(shadows, pte);
    }
}
