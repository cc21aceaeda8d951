/* The inside of shadows: what the mechanism (shadow.c) and the policies (a file each) share.
 *
 * shadow_pages.c has the tables and the pool that they come from; shadow_frames.c has what is known
 * of each of the guest's frames, which is who maps it. */
#ifndef SHADOW_PAGES_H
#define SHADOW_PAGES_H

#include "shadow.h"

enum { ENTRIES = 1 << SV39_VPN_BITS };

/* An entry's number: its page and its index, plus one, so that 0 is the end of a list. */
typedef uint32_t link_t;

static inline link_t link_to(unsigned page, unsigned index)
{
    return page * ENTRIES + index + 1;
}

static inline unsigned page_of_link(link_t link)
{
    return (link - 1) / ENTRIES;
}

static inline unsigned index_of_link(link_t link)
{
    return (link - 1) % ENTRIES;
}

/* What is known of an entry besides the entry: its place in the reverse map. */
struct beside {
    link_t next, previous; /* previous 0: the list's first */
};

static inline unsigned index_at(gva_t gva, int level)
{
    return gva.a >> (PAGE_SHIFT + SV39_VPN_BITS * level) & (ENTRIES - 1);
}

static inline bool is_pointer(uint64_t pte)
{
    return pte & PTE_V && !pte_is_leaf(pte);
}

/* shadow_pages.c: tables. */
uint64_t *page_table(const struct shadows *shadows, unsigned page);
struct beside *page_beside(const struct shadows *shadows, link_t link);
hpa_t page_hpa(const struct shadows *shadows, unsigned page);

/* The page that a pointer leads to. */
unsigned page_below(const struct shadows *shadows, uint64_t pte);

/* The first address that an entry maps, canonical: a hart ignores the fence of one that is not. */
gva_t page_entry_gva(const struct shadows *shadows, unsigned page, unsigned index);

/* Takes a page from the pool, which has one, or gives it back; it is empty. */
unsigned page_take(struct shadows *shadows, gva_t gva, int level);
void page_give(struct shadows *shadows, unsigned page);

/* Every change of an entry goes through these; the hardware is told. The entry is empty before. */
void page_set_leaf(struct shadows *shadows, unsigned page, unsigned index, uint64_t pte);
void page_set_pointer(struct shadows *shadows, unsigned page, unsigned index, unsigned below);

/* Drops one leaf; every leaf of a page and of those below it, which stay; or all that is in a page,
 * whose pages below go back to the pool. */
void page_drop_leaf(struct shadows *shadows, unsigned page, unsigned index);
void page_drop_leaves(struct shadows *shadows, unsigned page);
void page_empty(struct shadows *shadows, unsigned page);

/* shadow_frames.c: the reverse map. A leaf of `level` that maps the guest page at `gpa` enters and
 * leaves it. */
void frame_link(struct shadows *shadows, gpa_t gpa, int level, link_t link);
void frame_unlink(struct shadows *shadows, gpa_t gpa, int level, link_t link);

/* Frames of the VMM that the reverse map of `frames` guest frames takes. */
uint64_t frame_map_frames(uint64_t frames);

#endif
