/* The Sv39 page-table walk, over whatever physical space the port reads. */
#ifndef SV39_H
#define SV39_H

#include "hart.h"
#include "port.h"

/* What a translation depends on besides the address: the address space and who asks. */
struct space {
    uint64_t satp;
    enum mode mode; /* the effective mode: MPP under MPRV */
    bool sum, mxr;
    /* An access that would have to set A or D faults. What was translated once has them set, so the
     * policy is no part of what tells two spaces apart. */
    bool ad_faults;
    /* Who protects the tables, lent; NULL: nobody. No part of the space's identity either. */
    const struct pmp *pmp;
};

/* How a hart's fetches, or its loads and stores, are translated now (Privileged 3.1.6.3). */
struct space space_of_fetch(const struct hart *hart);
struct space space_of_data(const struct hart *hart);

/* True when addresses are physical: M-mode or satp.MODE = Bare. */
static inline bool space_is_bare(struct space space)
{
    return space.mode == MODE_M || space.satp >> SATP_MODE_SHIFT == SATP_MODE_BARE;
}

/* The space without what makes no difference to it, so that spaces that translate alike are equal:
 * of a bare one only the mode is left, and SUM only matters to S. `pmp` is for the walk, not for
 * comparing. */
struct space space_canonical(struct space space);

/* True when two canonical spaces are the same. */
static inline bool space_equal(const struct space *a, const struct space *b)
{
    return a->satp == b->satp && a->mode == b->mode && a->sum == b->sum && a->mxr == b->mxr;
}

enum walk_result {
    WALK_OK,
    WALK_PAGE_FAULT,
    WALK_ACCESS_FAULT, /* a table entry lies where the port has no memory */
};

/* What a walk saw: each entry on the way, and what it came to. */
struct walk {
    uint64_t pa;     /* of the byte asked for, when WALK_OK */
    uint64_t pte;    /* the last entry read, as it is after the walk */
    uint64_t pte_pa; /* where that entry lies */
    int level;       /* of that entry: 0 a 4 KiB page, 1 a 2 MiB page, 2 a 1 GiB page */
    int steps;       /* entries read: step[0] is the root's */
    struct {
        uint64_t pte_pa, pte;
    } step[SV39_LEVELS];
};

/* Translates `va` for one access. After the access was found to be allowed, sets A and D in the
 * leaf as the hardware does, or faults where they are not set and the space says so
 * (Privileged 4.3.2, 4.4.1). `space` must not be bare. */
enum walk_result sv39_walk(struct space space, struct port *port, uint64_t va, enum access why,
                           struct walk *walk);

/* The address of Sv39 whose low 39 bits are those of `va` (Privileged 4.4.1). */
uint64_t sv39_canonical(uint64_t va);

/* True when `va` is an address of Sv39 (Privileged 4.4.1, P08). */
bool sv39_is_canonical(uint64_t va);

/* Which of the 512 entries of a table at `level` translates `va` (Privileged 4.4.1). */
uint64_t sv39_index(uint64_t va, int level);

/* Sees to it that A, and D for a store, are set in the leaf that `walk` ended at, in memory and in
 * `walk` (Privileged 4.3.1, P17). */
enum walk_result sv39_use(const struct space *space, struct port *port, enum access why,
                          struct walk *walk);

/* True when the leaf `pte` allows the access to this space (Privileged 4.3.1, P06, P07, P09). */
bool sv39_may(struct space space, uint64_t pte, enum access why);

/* True when no translation may use the valid entry `pte` at `level`, whatever the access
 * (Privileged 4.3.2 steps 3 to 6, P08). */
bool sv39_is_malformed(uint64_t pte, int level);

/* The access fault and the page fault that an access reports (table 3.6). */
uint64_t access_fault_of(enum access why);
uint64_t page_fault_of(enum access why);

static inline bool access_is_write(enum access why)
{
    return why == ACCESS_STORE || why == ACCESS_AMO;
}

static inline bool pte_is_leaf(uint64_t pte)
{
    return pte & (PTE_R | PTE_W | PTE_X);
}

static inline uint64_t pte_pa(uint64_t pte)
{
    return (pte & PTE_PPN) >> PTE_PPN_SHIFT << PAGE_SHIFT;
}

/* The bytes that a leaf at `level` maps. */
static inline uint64_t level_size(int level)
{
    return (uint64_t)PAGE_SIZE << (SV39_VPN_BITS * level);
}

#endif
