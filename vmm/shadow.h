/* Shadow page tables: gva to hpa, which the hart walks while a guest runs.
 *
 * A shadow is built for one view: an address space of the guest as one of its modes sees it. Guest
 * S and guest U both run in U, so what the guest's U bit, SUM and MXR would decide is decided here,
 * by which shadow is installed and by what its entries allow (P01, P02). Entries are filled at
 * faults and may be dropped at any time: a shadow is a cache.
 *
 * How it stays coherent with the guest's tables is a policy, a table of functions. */
#ifndef SHADOW_H
#define SHADOW_H

#include <stdbool.h>

#include "address.h"
#include "hw.h"
#include "owner.h"
#include "p2m.h"
#include "sv39.h"

/* A view: the guest's whole satp, ASID too, its mode, SUM and MXR; and whose PMP it was filled by:
 * 0 for the constant one of built-in firmware, else the vcpu's number plus one. Compared whole; a
 * PMP write fences everything. */
struct view {
    struct space space;
    unsigned protection;
};

enum {
#ifdef HOSTILE
    SHADOW_PAGES =
        9, /* a root, and four tables of each lower level (fetch and data may both cross) */
#else
    SHADOW_PAGES = 2048,
#endif
    SHADOWS = 64,
    PAGE_NONE = 0xffff,
};

/* Why a shadow entry allows less than the guest's entry: kept in the bits for software (P18). */
#define SHADOW_CLEAN 0x100 /* no W: the guest's D is 0, and its first store must set it */
#define SHADOW_HELD 0x200  /* less than the guest's: the p2m does not allow it */

/* A page of a shadow: a pair of frames in the pool. */
struct shadow_page {
    gva_t gva;     /* the first address that it maps */
    uint16_t next; /* in the list of the free */
    uint16_t used; /* entries that are not 0 */
    uint8_t level;
    bool has_pieces; /* some entries are pieces of a larger page of the guest (P15) */
};

struct shadow {
    bool is_used;
    struct view view;
    uint16_t root;  /* page number */
    uint64_t epoch; /* of the last fence of everything that it has seen */
    uint64_t last_use;
};

/* A coherence policy: when a shadow hears of what the guest does to its tables. */
struct shadows;
struct shadow_policy {
    const char *name;
    /* shadow_fence. */
    void (*fence)(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid);
};
extern const struct shadow_policy shadow_flush;

struct shadow_stats {
    uint64_t fills, recycled, cleared;
};

struct shadows {
    struct hw *hw;
    const struct shadow_policy *policy;
    const struct owners *owners; /* from a machine frame back to the guest's */
    hpa_t pool;                  /* SHADOW_PAGES pairs of frames: table, what is beside it */
    hpa_t heads;     /* the reverse map's heads: 4 bytes a guest frame, then a guest 2 MiB */
    gpa_t memory;    /* where guest memory starts */
    uint64_t frames; /* of guest memory */
    struct shadow shadow[SHADOWS];
    struct shadow_page page[SHADOW_PAGES];
    uint16_t free; /* list of pages */
    unsigned free_count;
    unsigned touched; /* pages from here on were never taken, and are zero; it only grows, since
                         memory may be put back to what it was */
    uint64_t epoch, now;
    struct shadow_stats stats;
};

/* Frames that the pool and the reverse map take for `frames` frames of guest memory. */
uint64_t shadow_pool_frames(uint64_t frames);

/* No shadow yet. The pool's frames read zero. */
void shadow_init(struct shadows *shadows, const struct shadow_policy *policy,
                 const struct owners *owners, hpa_t pool, gpa_t memory, uint64_t frames);

/* Forgets every shadow. */
void shadow_reset(struct shadows *shadows);

/* The shadow of a view, made anew when there is none; up to date with the last fence. */
struct shadow *shadow_of(struct shadows *shadows, struct view view);

/* The ASID of its view, and the fence of everything: each shadow is emptied when it is next used.
 */
uint64_t shadow_asid(const struct shadow *shadow);
void shadow_fence_all(struct shadows *shadows);

/* satp for the hart to walk this shadow. */
uint64_t shadow_satp(const struct shadows *shadows, const struct shadow *shadow);

/* The permissions that a shadow entry may grant: what the guest's leaf allows in this view and the
 * p2m does not withhold, with the reasons for what is missing. A leaf that the guest has not
 * dirtied stays without W, so that the first store exits and D can be set (P17). U pages are not
 * for S to execute (P06); MXR makes X readable (P07). */
uint64_t shadow_perms(struct view view, uint64_t guest_pte, unsigned p2m_perms);

/* Fills the entry for `gva`: the guest's leaf `guest_pte` of `guest_level` maps it, and `memory`
 * is what the p2m says of where it leads. */
void shadow_fill(struct shadows *shadows, struct shadow *shadow, gva_t gva, uint64_t guest_pte,
                 int guest_level, const struct p2m_entry *memory);

/* sfence.vma: drops what may not be used any more, of all addresses or of one, in all address
 * spaces or in one. */
void shadow_fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid);

/* Drops every entry that maps the guest frame at `gpa`, in all views, through the reverse map.
 * Returns how many there were. */
unsigned shadow_drop_frame(struct shadows *shadows, gpa_t gpa);

/* The entry that maps `gva` in a shadow, for tests, audit and the debugger: the PTE, its level in
 * *level; 0 when there is none. */
uint64_t shadow_lookup(const struct shadows *shadows, const struct shadow *shadow, gva_t gva,
                       int *level);

#endif
