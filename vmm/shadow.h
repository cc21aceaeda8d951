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

/* A view: the guest's whole satp, ASID too, its mode, SUM and MXR; whether it is for fetches alone,
 * since MPRV sends loads and stores elsewhere; and whose PMP it was filled by: 0 for the constant
 * one of built-in firmware, else the vcpu's number plus one. Compared whole; a PMP write forgets
 * everything. */
struct view {
    struct space space;
    bool fetches_only;
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
    SHADOW_LATE = 64, /* tables that run ahead of their mirrors at one time */
    PAGE_NONE = 0xffff,
};

/* A page of a shadow: a pair of frames in the pool. */
struct shadow_page {
    gva_t gva;       /* the first address that it maps */
    uint16_t next;   /* in the list of the free */
    uint16_t parent; /* the page above; PAGE_NONE: it is a root */
    uint16_t used;   /* entries that are not 0 */
    uint8_t level;
    uint8_t shadow;  /* whose it is */
    bool has_pieces; /* some entries are pieces of a larger page of the guest (P15) */
    /* A policy that traces: the guest's table that the page mirrors, entry for entry, as the number
     * of its frame plus one; 0: none. And its place in the list of that frame's mirrors: page
     * numbers plus one. */
    uint32_t table;
    uint16_t next_mirror, previous_mirror;
};

struct shadow {
    bool is_used;
    struct view view;
    uint16_t root;  /* page number */
    uint64_t epoch; /* of the last time that everything was forgotten */
    uint64_t last_use;
};

/* A coherence policy: how a shadow hears of what the guest does to its tables. */
struct shadows;
struct shadow_policy {
    const char *name;
    /* The shadow is never older than the guest's tables, fence or no fence. */
    bool is_coherent;
    /* Frames that were walked as tables are traced: they have mirrors, and nobody writes them
     * unheard. */
    bool traces;
    /* The hart is about to store to the traced frame at `gpa`. True: it may do so itself, for the
     * frame is traced no more. False: the store must be emulated. NULL where nothing is traced. */
    bool (*let_write)(struct shadows *shadows, gpa_t gpa);
    /* Bytes of guest memory within one page were written by others than the hart. NULL: that is
     * no concern. */
    void (*wrote)(struct shadows *shadows, gpa_t gpa, uint64_t size);
    /* A vcpu goes on in an address space that was not active just before: a translation that a
     * fence has covered since it last was may not be there, however old the tables were at that
     * fence, for hardware translates ahead in the active space alone (Privileged 4.2.1). NULL: the
     * fence has dropped them. */
    void (*activated)(struct shadows *shadows, uint64_t asid);
    /* The guest's sfence.vma. */
    void (*fence)(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid);
};
extern const struct shadow_policy shadow_flush, shadow_trace, shadow_unsync;

enum shadow_kind { SHADOW_FLUSH, SHADOW_TRACE, SHADOW_UNSYNC, SHADOW_KINDS };
extern const struct shadow_policy *const shadow_policies[SHADOW_KINDS];

struct shadow_stats {
    uint64_t fills, recycled, cleared;
    uint64_t followed; /* entries dropped because the guest's changed */
    uint64_t untraced; /* tables that were written too often to be any */
};

/* What shadows are made of. */
struct shadow_parts {
    const struct shadow_policy *policy;
    const struct owners *owners; /* from a machine frame back to the guest's */
    const struct p2m *p2m;       /* from a guest frame to the machine's */
    hpa_t pool;                  /* shadow_pool_frames of memory, which reads zero */
    gpa_t memory;                /* where guest memory starts */
    uint64_t frames;             /* of guest memory */
    bool is_stale;               /* for proofs: synchronise at the last legal moment */
};

struct shadows {
    struct hw *hw;
    struct shadow_parts parts;
    hpa_t pool;  /* SHADOW_PAGES pairs of frames: table, and what is beside it */
    hpa_t heads; /* what is known of each guest frame, and of each 2 MiB (shadow_pages.h) */
    struct shadow shadow[SHADOWS];
    struct shadow_page page[SHADOW_PAGES];
    uint16_t free; /* list of pages */
    unsigned free_count;
    unsigned touched; /* pages from here on were never taken, and are zero; it only grows, since
                         memory may be put back to what it was */
    uint64_t epoch, now;
    uint32_t late[SHADOW_LATE]; /* frame numbers; of some, it may be over */
    unsigned late_count;
    struct shadow_stats stats;
};

/* Frames that the pool and the reverse map take for `frames` frames of guest memory. */
uint64_t shadow_pool_frames(uint64_t frames);

/* No shadow yet. */
void shadow_init(struct shadows *shadows, const struct shadow_parts *parts);

/* Forgets every shadow, in memory that may be anything. */
void shadow_reset(struct shadows *shadows);

/* Forgets what every shadow says: each is emptied when it is next used. */
void shadow_forget(struct shadows *shadows);

/* shadow_amnesia.c: drops entries at random, or all. True at `chance` in 2^32. */
void shadow_forget_some(struct shadows *shadows, uint64_t *random);
bool shadow_is_forgetful(uint64_t chance, uint64_t *random);

/* The shadow of a view, made anew when there is none; up to date with shadow_forget. */
struct shadow *shadow_of(struct shadows *shadows, struct view view);

/* A vcpu goes on in this shadow, and was in the address space `satp` before (0: in none). */
void shadow_activate(struct shadows *shadows, const struct shadow *shadow, uint64_t satp);

/* The ASID of its view. */
uint64_t shadow_asid(const struct shadow *shadow);

/* satp for the hart to walk this shadow. */
uint64_t shadow_satp(const struct shadows *shadows, const struct shadow *shadow);

/* The permissions that a shadow entry may grant, and the reasons for what is missing: what the
 * guest's leaf allows in this view, the p2m does not withhold, and nobody wants to hear of. */
uint64_t shadow_perms(struct view view, uint64_t guest_pte, unsigned p2m_perms, unsigned reasons);

/* Fills the entry for `gva`: `walk` is the guest's translation of it, with the tables on the way
 * (none where it does not page), and `memory` is what the p2m says of where it leads. */
void shadow_fill(struct shadows *shadows, struct shadow *shadow, gva_t gva, const struct walk *walk,
                 const struct p2m_entry *memory);

/* True when no entry is ever older than the guest's tables. */
bool shadow_is_coherent(const struct shadows *shadows);

/* sfence.vma: no translation older than now may be used any more, of all addresses or of one, in
 * all address spaces or in one. */
void shadow_fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid);

/* Guest memory [gpa, gpa + size) was written by others than the hart: the VMM, a device. */
void shadow_wrote(struct shadows *shadows, gpa_t gpa, uint64_t size);

/* The frame at `gpa` is no table any more, if it was one. */
void shadow_no_table(struct shadows *shadows, gpa_t gpa);

/* True when the hart may store to the frame at `gpa` by itself, as far as tables are concerned;
 * else the store must be emulated (see let_write). */
bool shadow_may_write(struct shadows *shadows, gpa_t gpa);

/* Why nobody may write the frame at `gpa` unheard, of SHADOW_REASONS; adding and taking back one
 * of them, in all views at once. */
unsigned shadow_withheld(const struct shadows *shadows, gpa_t gpa);
void shadow_withhold(struct shadows *shadows, gpa_t gpa, unsigned reason);
void shadow_give_back(struct shadows *shadows, gpa_t gpa, unsigned reason);

/* Drops every entry that maps the guest frame at `gpa`, in all views, through the reverse map.
 * Returns how many there were. */
unsigned shadow_drop_frame(struct shadows *shadows, gpa_t gpa);

/* The entry that maps `gva` in a shadow, for tests, audit and the debugger: the PTE, its level in
 * *level, the reasons in *reasons (NULL: not asked for); 0 when there is none. */
uint64_t shadow_lookup(const struct shadows *shadows, const struct shadow *shadow, gva_t gva,
                       int *level, unsigned *reasons);

#endif
