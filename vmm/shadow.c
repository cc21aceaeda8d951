/* Shadow page tables, with the policy `flush`: the shadow is a TLB, filled at faults, emptied by
 * the guest's fences.
 *
 * Pages come from a bounded pool. When it is empty, the shadow that was not used for longest gives
 * up its pages, at the last the one in use: nothing fails. Each leaf entry stands in the reverse
 * map, a doubly linked list a guest frame, whose links lie in the frame beside the table. */
#include "shadow.h"

#include <string.h>

enum { ENTRIES = 1 << SV39_VPN_BITS };

/* An entry's number: its page and its index, plus one, so that 0 is the end of a list. */
typedef uint32_t link_t;
struct links {
    link_t next, previous; /* previous 0: the head's first */
};

static hpa_t table_hpa(const struct shadows *shadows, unsigned page)
{
    return HPA(shadows->pool.a + (uint64_t)page * 2 * PAGE_SIZE);
}

static uint64_t *table_of(const struct shadows *shadows, unsigned page)
{
    return (uint64_t *)(void *)hw_frame(shadows->hw, table_hpa(shadows, page));
}

static struct links *links_of(const struct shadows *shadows, link_t link)
{
    hpa_t frame = HPA(table_hpa(shadows, (link - 1) / ENTRIES).a + PAGE_SIZE);
    return (struct links *)(void *)hw_frame(shadows->hw, frame) + (link - 1) % ENTRIES;
}

static unsigned index_at(gva_t gva, int level)
{
    return gva.a >> (PAGE_SHIFT + SV39_VPN_BITS * level) & (ENTRIES - 1);
}

/* The first address that an entry maps, canonical: a hart ignores the fence of one that is not. */
static gva_t entry_gva(const struct shadows *shadows, unsigned page, unsigned index)
{
    const struct shadow_page *of = &shadows->page[page];
    uint64_t gva = of->gva.a + index * level_size(of->level);
    return GVA((uint64_t)((int64_t)(gva << 25) >> 25));
}

/* Every change of a table goes through here: the hardware is told. */
static void set_entry(struct shadows *shadows, unsigned page, unsigned index, uint64_t pte)
{
    hw_store(shadows->hw, HPA(table_hpa(shadows, page).a + 8 * index), 8, pte);
}

/* ---- the reverse map -------------------------------------------------------------------- */

static uint64_t chunks(uint64_t frames)
{
    return (frames + ENTRIES - 1) / ENTRIES;
}

/* The list of entries of `level` that map the guest page at `gpa`. */
static link_t *head_of(const struct shadows *shadows, gpa_t gpa, int level)
{
    uint64_t frame = (gpa.a - shadows->memory.a) >> PAGE_SHIFT;
    uint64_t index = level ? shadows->frames + frame / ENTRIES : frame;
    return (link_t *)(void *)hw_frame(shadows->hw, HPA(shadows->heads.a + index * sizeof(link_t)));
}

static void link_entry(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    link_t *head = head_of(shadows, gpa, level);
    *links_of(shadows, link) = (struct links){.next = *head};
    if (*head)
        links_of(shadows, *head)->previous = link;
    *head = link;
}

static void unlink_entry(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    struct links *links = links_of(shadows, link);
    if (links->previous)
        links_of(shadows, links->previous)->next = links->next;
    else
        *head_of(shadows, gpa, level) = links->next;
    if (links->next)
        links_of(shadows, links->next)->previous = links->previous;
    *links = (struct links){0};
}

/* ---- dropping --------------------------------------------------------------------------- */

static void drop_leaf(struct shadows *shadows, unsigned page, unsigned index)
{
    hpa_t hpa = HPA(pte_pa(table_of(shadows, page)[index]));
    int level = shadows->page[page].level;
    unlink_entry(shadows, owner_gpa(shadows->owners, hpa), level, page * ENTRIES + index + 1);
    set_entry(shadows, page, index, 0);
    hw_fence(shadows->hw, entry_gva(shadows, page, index));
}

static unsigned page_of(const struct shadows *shadows, uint64_t pte)
{
    return (unsigned)((pte_pa(pte) - shadows->pool.a) / (2 * PAGE_SIZE));
}

/* Drops every leaf of a page and of the pages below it, which stay where they are. */
static void drop_leaves(struct shadows *shadows, unsigned page)
{
    const uint64_t *table = table_of(shadows, page);
    for (unsigned i = 0; i < ENTRIES; i++) {
        if (pte_is_leaf(table[i]))
            drop_leaf(shadows, page, i);
        else if (table[i] & PTE_V)
            drop_leaves(shadows, page_of(shadows, table[i]));
    }
    shadows->page[page].has_pieces = false;
}

static void give_page(struct shadows *shadows, unsigned page)
{
    shadows->page[page].next = shadows->free;
    shadows->free = (uint16_t)page;
    shadows->free_count++;
}

static unsigned take_page(struct shadows *shadows, gva_t gva, int level)
{
    unsigned page = shadows->free;
    shadows->free = shadows->page[page].next;
    shadows->free_count--;
    shadows->touched = page < shadows->touched ? shadows->touched : page + 1;
    shadows->page[page] = (struct shadow_page){.gva = gva, .level = (uint8_t)level};
    return page;
}

/* Empties a shadow: only its root is left. */
static void clear_shadow(struct shadows *shadows, struct shadow *shadow)
{
    drop_leaves(shadows, shadow->root);
    for (unsigned i = 0; i < ENTRIES; i++)
        if (table_of(shadows, shadow->root)[i])
            set_entry(shadows, shadow->root, i, 0);
    for (unsigned page = shadow->tables; page != PAGE_NONE;) {
        unsigned next = shadows->page[page].next;
        hw_clear(shadows->hw, table_hpa(shadows, page));
        give_page(shadows, page);
        page = next;
    }
    shadow->tables = PAGE_NONE;
    shadow->epoch = shadows->epoch;
    shadows->stats.cleared++;
    hw_fence_all(shadows->hw);
}

static void release_shadow(struct shadows *shadows, struct shadow *shadow)
{
    clear_shadow(shadows, shadow);
    give_page(shadows, shadow->root);
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

static uint64_t head_frames(uint64_t frames)
{
    return ((frames + chunks(frames)) * sizeof(link_t) + PAGE_SIZE - 1) / PAGE_SIZE;
}

uint64_t shadow_pool_frames(uint64_t frames)
{
    return 2 * SHADOW_PAGES + head_frames(frames);
}

/* No shadow, and all pages free. */
static void start_over(struct shadows *shadows)
{
    for (unsigned i = 0; i < SHADOWS; i++)
        shadows->shadow[i].is_used = false;
    shadows->free = PAGE_NONE;
    shadows->free_count = 0;
    for (unsigned page = SHADOW_PAGES; page-- > 0;)
        give_page(shadows, page);
    shadows->epoch = 1;
    hw_fence_all(shadows->hw);
}

void shadow_init(struct shadows *shadows, struct hw *hw, const struct owners *owners, hpa_t pool,
                 gpa_t memory, uint64_t frames)
{
    memset(shadows, 0, sizeof *shadows);
    shadows->hw = hw;
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
    for (uint64_t i = 0; i < head_frames(shadows->frames); i++)
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
                              .root = (uint16_t)take_page(shadows, GVA(0), SV39_LEVELS - 1),
                              .tables = PAGE_NONE,
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
           table_hpa(shadows, shadow->root).a >> PAGE_SHIFT;
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
static unsigned child_of(struct shadows *shadows, struct shadow *shadow, unsigned page,
                         unsigned index)
{
    uint64_t pte = table_of(shadows, page)[index];
    if (pte_is_leaf(pte))
        drop_leaf(shadows, page, index);
    else if (pte & PTE_V)
        return page_of(shadows, pte);
    unsigned child =
        take_page(shadows, entry_gva(shadows, page, index), shadows->page[page].level - 1);
    shadows->page[child].next = shadow->tables;
    shadow->tables = (uint16_t)child;
    set_entry(shadows, page, index,
              table_hpa(shadows, child).a >> PAGE_SHIFT << PTE_PPN_SHIFT | PTE_V);
    return child;
}

static bool is_pointer(uint64_t pte)
{
    return pte & PTE_V && !pte_is_leaf(pte);
}

void shadow_fill(struct shadows *shadows, struct shadow *shadow, gva_t gva, uint64_t guest_pte,
                 int guest_level, const struct p2m_entry *memory)
{
    make_room(shadows, SV39_LEVELS - 1, shadow);
    unsigned page = child_of(shadows, shadow, shadow->root, index_at(gva, 2));
    shadows->page[page].has_pieces |= guest_level > 1;
    /* A page of 2 MiB stays large where the guest's and the p2m's are, unless small entries of its
     * region are in use already. */
    bool is_large = guest_level > 0 && memory->level > 0 &&
                    !is_pointer(table_of(shadows, page)[index_at(gva, 1)]);
    if (!is_large) {
        page = child_of(shadows, shadow, page, index_at(gva, 1));
        shadows->page[page].has_pieces |= guest_level > 0;
    }
    int level = is_large ? 1 : 0;
    unsigned index = index_at(gva, level);
    if (table_of(shadows, page)[index])
        drop_leaf(shadows, page, index);
    hpa_t hpa = HPA(memory->hpa.a & ~(level_size(level) - 1));
    set_entry(shadows, page, index,
              hpa.a >> PAGE_SHIFT << PTE_PPN_SHIFT | PTE_U | PTE_A | PTE_D | PTE_V |
                  shadow_perms(shadow->view, guest_pte, memory->perms));
    link_entry(shadows, owner_gpa(shadows->owners, hpa), level, page * ENTRIES + index + 1);
    shadows->stats.fills++;
    hw_fence(shadows->hw, gva);
}

/* ---- fences ----------------------------------------------------------------------------- */

/* Drops what one shadow says of `gva`. Where a larger page of the guest is here in pieces, all of
 * them go (P15). */
static void fence_gva(struct shadows *shadows, struct shadow *shadow, gva_t gva)
{
    uint64_t pte = table_of(shadows, shadow->root)[index_at(gva, 2)];
    if (!is_pointer(pte))
        return;
    unsigned page = page_of(shadows, pte);
    if (shadows->page[page].has_pieces) {
        drop_leaves(shadows, page);
        return;
    }
    pte = table_of(shadows, page)[index_at(gva, 1)];
    if (is_pointer(pte)) {
        page = page_of(shadows, pte);
        if (shadows->page[page].has_pieces)
            drop_leaves(shadows, page);
        else if (table_of(shadows, page)[index_at(gva, 0)])
            drop_leaf(shadows, page, index_at(gva, 0));
    } else if (pte) {
        drop_leaf(shadows, page, index_at(gva, 1));
    }
}

void shadow_fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    if (all_va && all_asids) {
        shadows->epoch++; /* each shadow is emptied when it is next used */
        return;
    }
    for (unsigned i = 0; i < SHADOWS; i++) {
        struct shadow *shadow = &shadows->shadow[i];
        uint64_t its = (shadow->view.space.satp & SATP_ASID) >> SATP_ASID_SHIFT;
        if (!shadow->is_used || (!all_asids && its != (asid & 0xffff)))
            continue;
        if (all_va)
            shadow->epoch = 0;
        else if (shadow->epoch == shadows->epoch)
            fence_gva(shadows, shadow, gva);
    }
}

unsigned shadow_drop_frame(struct shadows *shadows, gpa_t gpa)
{
    unsigned dropped = 0;
    for (int level = 0; level < 2; level++)
        for (link_t link; (link = *head_of(shadows, gpa, level)) != 0; dropped++)
            drop_leaf(shadows, (link - 1) / ENTRIES, (link - 1) % ENTRIES);
    return dropped;
}

uint64_t shadow_lookup(const struct shadows *shadows, const struct shadow *shadow, gva_t gva,
                       int *level)
{
    unsigned page = shadow->root;
    for (*level = SV39_LEVELS - 1; *level >= 0; --*level) {
        uint64_t pte = table_of(shadows, page)[index_at(gva, *level)];
        if (!is_pointer(pte))
            return pte;
        page = page_of(shadows, pte);
    }
    return 0;
}
