/* The tables of shadows, and the bounded pool that they come from.
 *
 * Pages come in pairs: a table, and beside it what is known of each of its entries. */
#include "shadow_pages.h"

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
    return GVA((uint64_t)((int64_t)(gva << 25) >> 25));
}

void page_give(struct shadows *shadows, unsigned page)
{
    shadows->page[page].next = shadows->free;
    shadows->free = (uint16_t)page;
    shadows->free_count++;
}

unsigned page_take(struct shadows *shadows, gva_t gva, int level)
{
    unsigned page = shadows->free;
    shadows->free = shadows->page[page].next;
    shadows->free_count--;
    shadows->touched = page < shadows->touched ? shadows->touched : page + 1;
    shadows->page[page] = (struct shadow_page){.gva = gva, .level = (uint8_t)level};
    return page;
}

/* Every change of a table goes through here. */
static void set_entry(struct shadows *shadows, unsigned page, unsigned index, uint64_t pte)
{
    uint64_t old = page_table(shadows, page)[index];
    shadows->page[page].used = (uint16_t)(shadows->page[page].used + (pte != 0) - (old != 0));
    hw_store(shadows->hw, HPA(page_hpa(shadows, page).a + 8 * index), 8, pte);
}

void page_set_leaf(struct shadows *shadows, unsigned page, unsigned index, uint64_t pte)
{
    gpa_t gpa = owner_gpa(shadows->owners, HPA(pte_pa(pte)));
    set_entry(shadows, page, index, pte);
    frame_link(shadows, gpa, shadows->page[page].level, link_to(page, index));
    hw_fence(shadows->hw, page_entry_gva(shadows, page, index));
}

void page_set_pointer(struct shadows *shadows, unsigned page, unsigned index, unsigned below)
{
    set_entry(shadows, page, index,
              page_hpa(shadows, below).a >> PAGE_SHIFT << PTE_PPN_SHIFT | PTE_V);
}

void page_drop_leaf(struct shadows *shadows, unsigned page, unsigned index)
{
    hpa_t hpa = HPA(pte_pa(page_table(shadows, page)[index]));
    frame_unlink(shadows, owner_gpa(shadows->owners, hpa), shadows->page[page].level,
                 link_to(page, index));
    set_entry(shadows, page, index, 0);
    hw_fence(shadows->hw, page_entry_gva(shadows, page, index));
}

void page_drop_leaves(struct shadows *shadows, unsigned page)
{
    const uint64_t *table = page_table(shadows, page);
    for (unsigned i = 0, left = shadows->page[page].used; left; i++) {
        left -= table[i] != 0;
        if (pte_is_leaf(table[i]))
            page_drop_leaf(shadows, page, i);
        else if (table[i])
            page_drop_leaves(shadows, page_below(shadows, table[i]));
    }
    shadows->page[page].has_pieces = false;
}

/* Drops a pointer, with all that is below it. */
static void drop_pointer(struct shadows *shadows, unsigned page, unsigned index)
{
    unsigned below = page_below(shadows, page_table(shadows, page)[index]);
    page_empty(shadows, below);
    set_entry(shadows, page, index, 0);
    page_give(shadows, below);
    hw_fence_all(shadows->hw); /* the page will be another table: no pointer to it may be cached */
}

void page_empty(struct shadows *shadows, unsigned page)
{
    const uint64_t *table = page_table(shadows, page);
    for (unsigned i = 0; shadows->page[page].used; i++) {
        if (pte_is_leaf(table[i]))
            page_drop_leaf(shadows, page, i);
        else if (table[i])
            drop_pointer(shadows, page, i);
    }
    shadows->page[page].has_pieces = false;
}
