/* The tables of shadows, and the bounded pool that they come from.
 *
 * Pages come in pairs: a table, and beside it what is known of each of its leaves. */
#include "shadow_mirror.h"

hpa_t page_hpa(const struct shadows *shadows, unsigned page)
{
    return HPA(shadows->pool.a + (uint64_t)page * 2 * PAGE_SIZE);
}

uint64_t *page_table(const struct shadows *shadows, unsigned page)
{
    return (uint64_t *)(void *)hw_frame(shadows->hw, page_hpa(shadows, page));
}

struct beside *page_beside(const struct shadows *shadows, link_t link)
{
    hpa_t frame = HPA(page_hpa(shadows, page_of_link(link)).a + PAGE_SIZE);
    return (struct beside *)(void *)hw_frame(shadows->hw, frame) + index_of_link(link);
}

unsigned page_below(const struct shadows *shadows, uint64_t pte)
{
    return (unsigned)((pte_pa(pte) - shadows->pool.a) / (2 * PAGE_SIZE));
}

gva_t page_entry_gva(const struct shadows *shadows, unsigned page, unsigned index)
{
    const struct shadow_page *of = &shadows->page[page];
    uint64_t gva = of->gva.a + index * level_size(of->level);
    return GVA(sv39_canonical(gva));
}

/* ---- the pool ---------------------------------------------------------------------------- */

void page_give(struct shadows *shadows, unsigned page)
{
    page_unmirror(shadows, page);
    hw_no_table(shadows->hw, page_hpa(shadows, page));
    shadows->page[page].next = shadows->free;
    shadows->free = (uint16_t)page;
    shadows->free_count++;
}

static unsigned take(struct shadows *shadows, struct shadow_page as)
{
    unsigned page = shadows->free;
    shadows->free = shadows->page[page].next;
    shadows->free_count--;
    shadows->touched = page < shadows->touched ? shadows->touched : page + 1;
    shadows->page[page] = as;
    return page;
}

unsigned page_take_root(struct shadows *shadows, unsigned shadow)
{
    return take(shadows, (struct shadow_page){.parent = PAGE_NONE,
                                              .level = SV39_LEVELS - 1,
                                              .shadow = (uint8_t)shadow});
}

/* ---- entries ----------------------------------------------------------------------------- */

/* Every change of a table goes through here. */
static void set_entry(struct shadows *shadows, unsigned page, unsigned index, uint64_t pte)
{
    uint64_t old = page_table(shadows, page)[index];
    shadows->page[page].used = (uint16_t)(shadows->page[page].used + (pte != 0) - (old != 0));
    hw_store(shadows->hw, HPA(page_hpa(shadows, page).a + 8 * index), 8, pte);
}

unsigned page_child(struct shadows *shadows, unsigned page, unsigned index)
{
    uint64_t pte = page_table(shadows, page)[index];
    if (is_pointer(pte))
        return page_below(shadows, pte);
    if (pte)
        page_drop_entry(shadows, page, index);
    const struct shadow_page *above = &shadows->page[page];
    unsigned child = take(shadows, (struct shadow_page){.gva = page_entry_gva(shadows, page, index),
                                                        .parent = (uint16_t)page,
                                                        .level = (uint8_t)(above->level - 1),
                                                        .shadow = above->shadow});
    set_entry(shadows, page, index,
              page_hpa(shadows, child).a >> PAGE_SHIFT << PTE_PPN_SHIFT | PTE_V);
    return child;
}

/* The hart sets neither A nor D: both are there from the beginning. */
static uint64_t leaf(hpa_t hpa, uint64_t grant)
{
    return hpa.a >> PAGE_SHIFT << PTE_PPN_SHIFT | PTE_D | PTE_A | PTE_U | PTE_V |
           (grant & (PTE_R | PTE_W | PTE_X));
}

void page_change_leaf(struct shadows *shadows, link_t link, uint64_t grant)
{
    unsigned page = page_of_link(link), index = index_of_link(link);
    page_beside(shadows, link)->reasons = grant & SHADOW_REASONS;
    set_entry(shadows, page, index, leaf(HPA(pte_pa(page_table(shadows, page)[index])), grant));
    hw_fence(shadows->hw, page_entry_gva(shadows, page, index));
}

void page_set_leaf(struct shadows *shadows, unsigned page, unsigned index, hpa_t hpa,
                   uint64_t grant)
{
    link_t link = link_to(page, index);
    if (page_table(shadows, page)[index])
        page_drop_entry(shadows, page, index);
    set_entry(shadows, page, index, leaf(hpa, grant));
    frame_link(shadows, owner_gpa(shadows->parts.owners, hpa), shadows->page[page].level, link);
    page_beside(shadows, link)->reasons = grant & SHADOW_REASONS;
    hw_fence(shadows->hw, page_entry_gva(shadows, page, index));
}

static void drop_leaf(struct shadows *shadows, unsigned page, unsigned index)
{
    hpa_t hpa = HPA(pte_pa(page_table(shadows, page)[index]));
    frame_unlink(shadows, owner_gpa(shadows->parts.owners, hpa), shadows->page[page].level,
                 link_to(page, index));
    set_entry(shadows, page, index, 0);
    hw_fence(shadows->hw, page_entry_gva(shadows, page, index));
}

static void drop_pointer(struct shadows *shadows, unsigned page, unsigned index)
{
    unsigned below = page_below(shadows, page_table(shadows, page)[index]);
    page_empty(shadows, below);
    set_entry(shadows, page, index, 0);
    page_give(shadows, below);
    hw_fence_all(shadows->hw); /* the page will be another table: no pointer to it may be cached */
}

void page_drop_entry(struct shadows *shadows, unsigned page, unsigned index)
{
    if (is_pointer(page_table(shadows, page)[index]))
        drop_pointer(shadows, page, index);
    else
        drop_leaf(shadows, page, index);
}

void page_drop_leaves(struct shadows *shadows, unsigned page)
{
    const uint64_t *table = page_table(shadows, page);
    for (unsigned i = 0, left = shadows->page[page].used; left; i++) {
        left -= table[i] != 0;
        if (pte_is_leaf(table[i]))
            drop_leaf(shadows, page, i);
        else if (table[i])
            page_drop_leaves(shadows, page_below(shadows, table[i]));
    }
    shadows->page[page].has_pieces = false;
}

void page_empty(struct shadows *shadows, unsigned page)
{
    const uint64_t *table = page_table(shadows, page);
    for (unsigned i = 0; shadows->page[page].used; i++)
        if (table[i])
            page_drop_entry(shadows, page, i);
    shadows->page[page].has_pieces = false;
}

/* ---- mirrors ----------------------------------------------------------------------------- */

static gpa_t table_of(const struct shadows *shadows, unsigned page)
{
    return GPA(shadows->parts.memory.a + (uint64_t)(shadows->page[page].table - 1) * PAGE_SIZE);
}

void page_mirror(struct shadows *shadows, unsigned page, gpa_t gpa)
{
    struct frame *frame = frame_of(shadows, gpa);
    struct shadow_page *of = &shadows->page[page];
    of->table = (uint32_t)((gpa.a - shadows->parts.memory.a) >> PAGE_SHIFT) + 1;
    of->next_mirror = frame->mirrors;
    of->previous_mirror = 0;
    if (frame->mirrors)
        shadows->page[frame->mirrors - 1].previous_mirror = (uint16_t)(page + 1);
    frame->mirrors = (uint16_t)(page + 1);
    if (!of->next_mirror)
        shadow_withhold(shadows, gpa, SHADOW_TRACED);
    else if (frame->is_late && of->level > 0) /* it is a table of an upper level too now */
        mirror_catch_up(shadows, gpa);
}

void page_unmirror(struct shadows *shadows, unsigned page)
{
    struct shadow_page *of = &shadows->page[page];
    if (!of->table)
        return;
    gpa_t gpa = table_of(shadows, page);
    struct frame *frame = frame_of(shadows, gpa);
    if (of->previous_mirror)
        shadows->page[of->previous_mirror - 1].next_mirror = of->next_mirror;
    else
        frame->mirrors = of->next_mirror;
    if (of->next_mirror)
        shadows->page[of->next_mirror - 1].previous_mirror = of->previous_mirror;
    of->table = 0;
    if (frame->mirrors)
        return;
    frame->is_late = false;
    shadow_give_back(shadows, gpa, SHADOW_TRACED);
}
