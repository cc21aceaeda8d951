/* Shadows: one for each view that the guest uses, filled an entry at a time.
 *
 * Pages come from a bounded pool. When it is empty, the shadow that was not used for longest gives
 * up its pages, at the last the one in use: nothing fails. */
#include "shadow_pages.h"

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
    shadows->free = PAGE_NONE;
    shadows->free_count = 0;
    for (unsigned page = SHADOW_PAGES; page-- > 0;)
        page_give(shadows, page);
    shadows->epoch = 1;
    hw_fence_all(shadows->hw);
}

void shadow_init(struct shadows *shadows, const struct shadow_policy *policy,
                 const struct owners *owners, hpa_t pool, gpa_t memory, uint64_t frames)
{
    memset(shadows, 0, sizeof *shadows);
    shadows->hw = owners->hw;
    shadows->policy = policy;
    shadows->owners = owners;
    shadows->pool = pool;
    shadows->heads = HPA(pool.a + (uint64_t)2 * SHADOW_PAGES * PAGE_SIZE);
    shadows->memory = memory;
    shadows->frames = frames;
    start_over(shadows);
}

void shadow_reset(struct shadows *shadows)
{
    for (uint64_t i = 0; i < 2 * shadows->touched; i++)
        hw_clear(shadows->hw, HPA(shadows->pool.a + i * PAGE_SIZE));
    for (uint64_t i = 0; i < frame_map_frames(shadows->frames); i++)
        hw_clear(shadows->hw, HPA(shadows->heads.a + i * PAGE_SIZE));
    start_over(shadows);
}

static bool same_view(const struct view *a, const struct view *b)
{
    return space_equal(&a->space, &b->space) && a->protection == b->protection;
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
    *shadow = (struct shadow){.is_used = true,
                              .view = view,
                              .root = (uint16_t)page_take(shadows, GVA(0), SV39_LEVELS - 1),
                              .epoch = shadows->epoch};
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
        clear_shadow(shadows, found);
    found->last_use = ++shadows->now;
    return found;
}

uint64_t shadow_satp(const struct shadows *shadows, const struct shadow *shadow)
{
    return (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT |
           page_hpa(shadows, shadow->root).a >> PAGE_SHIFT;
}

/* ---- filling ---------------------------------------------------------------------------- */

uint64_t shadow_perms(struct view view, uint64_t guest_pte, unsigned p2m_perms)
{
    uint64_t perms = guest_pte & (PTE_R | PTE_W | PTE_X);
    uint64_t reasons = 0;
    if (view.space.mxr && perms & PTE_X)
        perms |= PTE_R;
    if (view.space.mode == MODE_S && guest_pte & PTE_U)
        perms &= ~(uint64_t)PTE_X;
    if (perms & PTE_W && !(guest_pte & PTE_D)) {
        perms &= ~(uint64_t)PTE_W;
        reasons |= SHADOW_CLEAN;
    }
    if (perms & ~(uint64_t)p2m_perms)
        reasons |= SHADOW_HELD;
    return (perms & p2m_perms) | reasons;
}

/* The page below `index` of `page`, made where there is none. */
static unsigned child_of(struct shadows *shadows, unsigned page, unsigned index)
{
    uint64_t pte = page_table(shadows, page)[index];
    if (is_pointer(pte))
        return page_below(shadows, pte);
    if (pte)
        page_drop_leaf(shadows, page, index);
    unsigned child =
        page_take(shadows, page_entry_gva(shadows, page, index), shadows->page[page].level - 1);
    page_set_pointer(shadows, page, index, child);
    return child;
}

void shadow_fill(struct shadows *shadows, struct shadow *shadow, gva_t gva, uint64_t guest_pte,
                 int guest_level, const struct p2m_entry *memory)
{
    make_room(shadows, SV39_LEVELS - 1, shadow);
    unsigned page = child_of(shadows, shadow->root, index_at(gva, 2));
    shadows->page[page].has_pieces |= guest_level > 1;
    /* A page of 2 MiB stays large where the guest's and the p2m's are, unless small entries of its
     * region are in use already. */
    bool is_large = guest_level > 0 && memory->level > 0 &&
                    !is_pointer(page_table(shadows, page)[index_at(gva, 1)]);
    if (!is_large) {
        page = child_of(shadows, page, index_at(gva, 1));
        shadows->page[page].has_pieces |= guest_level > 0;
    }
    int level = is_large ? 1 : 0;
    unsigned index = index_at(gva, level);
    if (page_table(shadows, page)[index])
        page_drop_leaf(shadows, page, index);
    uint64_t hpa = memory->hpa.a & ~(level_size(level) - 1);
    page_set_leaf(shadows, page, index,
                  hpa >> PAGE_SHIFT << PTE_PPN_SHIFT | PTE_U | PTE_A | PTE_D | PTE_V |
                      shadow_perms(shadow->view, guest_pte, memory->perms));
    shadows->stats.fills++;
}

/* ---- fences ------------------------------------------------------------------------------ */

uint64_t shadow_asid(const struct shadow *shadow)
{
    return (shadow->view.space.satp & SATP_ASID) >> SATP_ASID_SHIFT;
}

void shadow_fence_all(struct shadows *shadows)
{
    shadows->epoch++;
}

void shadow_fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    shadows->policy->fence(shadows, all_va, gva, all_asids, asid);
}

uint64_t shadow_lookup(const struct shadows *shadows, const struct shadow *shadow, gva_t gva,
                       int *level)
{
    unsigned page = shadow->root;
    for (*level = SV39_LEVELS - 1; *level >= 0; --*level) {
        uint64_t pte = page_table(shadows, page)[index_at(gva, *level)];
        if (!is_pointer(pte))
            return pte;
        page = page_below(shadows, pte);
    }
    return 0;
}
