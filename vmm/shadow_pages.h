/* The inside of shadows: what the mechanism (shadow.c) and the policies (a file each) share.
 *
 * shadow_pages.c has the tables and the pool that they come from; shadow_frames.c has what is known
 * of each of the guest's frames: who maps it, who mirrors it as a table, and why nobody may write
 * it unheard. */
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

/* What is known of a leaf besides the leaf: its place in the reverse map (previous 0: the list's
 * first), and why it allows less than the guest's. */
struct beside {
    uint64_t next : 24, previous : 24, reasons : 16;
};

/* What is known of a frame of the guest. */
struct frame {
    link_t first;        /* of the entries of 4 KiB that map it */
    uint16_t mirrors;    /* the first page that mirrors it as a table, plus one */
    uint8_t reasons;     /* shifted right by 8, so that they fit */
    uint8_t writes : 7;  /* that were heard of since it was last walked as a table */
    uint8_t is_late : 1; /* it runs ahead of its mirrors (shadow_mirror.h) */
};

/* And of 2 MiB of them. */
struct chunk {
    link_t first;      /* of the entries of 2 MiB that map it */
    uint32_t withheld; /* frames with reasons: while there are any, no entry of 2 MiB maps it */
};

static inline unsigned index_at(gva_t gva, int level)
{
    return (unsigned)sv39_index(gva.a, level);
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

/* Takes a root for a shadow from the pool, which has one; gives back a page that is empty. */
unsigned page_take_root(struct shadows *shadows, unsigned shadow);
void page_give(struct shadows *shadows, unsigned page);

/* The page below an entry, made where there is none: the pool has one then. */
unsigned page_child(struct shadows *shadows, unsigned page, unsigned index);

/* Every change of a leaf goes through these; the hardware is told. `grant` are its permissions and
 * the reasons for what is missing. page_set_leaf drops what was there. */
void page_set_leaf(struct shadows *shadows, unsigned page, unsigned index, hpa_t hpa,
                   uint64_t grant);
void page_change_leaf(struct shadows *shadows, link_t link, uint64_t grant);

/* Drops one entry, with all that is below it; every leaf of a page and of those below it, which
 * stay; all that is in a page. */
void page_drop_entry(struct shadows *shadows, unsigned page, unsigned index);
void page_drop_leaves(struct shadows *shadows, unsigned page);
void page_empty(struct shadows *shadows, unsigned page);

/* The page mirrors the table in the guest's frame at `gpa` from now on; or none. A frame with
 * mirrors is traced. */
void page_mirror(struct shadows *shadows, unsigned page, gpa_t gpa);
void page_unmirror(struct shadows *shadows, unsigned page);

/* shadow_frames.c. `gpa` is guest memory. */
struct frame *frame_of(const struct shadows *shadows, gpa_t gpa);
struct chunk *chunk_of(const struct shadows *shadows, gpa_t gpa);

/* A leaf of `level` that maps the guest page at `gpa` enters and leaves the reverse map. */
void frame_link(struct shadows *shadows, gpa_t gpa, int level, link_t link);
void frame_unlink(struct shadows *shadows, gpa_t gpa, int level, link_t link);

/* Frames of the VMM that it takes to know of `frames` guest frames. */
uint64_t frame_map_frames(uint64_t frames);

#endif
