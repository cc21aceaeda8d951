/* The Sv39 walk: one function over a callback, used by the hart's MMU over physical memory, by the
 * VMM over guest-physical memory, and by whoever explains either. */
#include "sv39.h"

#include <stddef.h>

#include "pmp.h"

/* Who sets A and D (Privileged 4.3.1): the hardware, unless Svade asks for faults, or Svadu leaves
 * it to M, who has not asked for hardware updates. */
static bool ad_faults(const struct hart *hart)
{
    if (isa_has(hart->isa, EXT_Svadu))
        return !(hart->csr.menvcfg & MENVCFG_ADUE);
    return isa_has(hart->isa, EXT_Svade);
}

struct space space_of_fetch(const struct hart *hart)
{
    uint64_t status = hart->csr.mstatus;
    return (struct space){.satp = hart->csr.satp,
                          .mode = hart->mode,
                          .sum = status & MSTATUS_SUM,
                          .mxr = status & MSTATUS_MXR,
                          .ad_faults = ad_faults(hart),
                          .pmp = &hart->csr.pmp};
}

struct space space_of_data(const struct hart *hart)
{
    struct space space = space_of_fetch(hart);
    if (hart->mode == MODE_M && hart->csr.mstatus & MSTATUS_MPRV)
        space.mode = (enum mode)((hart->csr.mstatus & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT);
    return space;
}

struct space space_canonical(struct space space)
{
    if (space_is_bare(space))
        return (struct space){.mode = space.mode};
    space.sum = space.sum && space.mode == MODE_S;
    space.pmp = NULL;
    return space;
}

uint64_t access_fault_of(enum access why)
{
    return why == ACCESS_FETCH    ? CAUSE_INSN_ACCESS_FAULT
           : access_is_write(why) ? CAUSE_STORE_ACCESS_FAULT
                                  : CAUSE_LOAD_ACCESS_FAULT;
}

uint64_t page_fault_of(enum access why)
{
    return why == ACCESS_FETCH    ? CAUSE_INSN_PAGE_FAULT
           : access_is_write(why) ? CAUSE_STORE_PAGE_FAULT
                                  : CAUSE_LOAD_PAGE_FAULT;
}

bool sv39_may(struct space space, uint64_t pte, enum access why)
{
    bool is_user = pte & PTE_U;
    if (space.mode == MODE_U && !is_user)
        return false;
    if (space.mode == MODE_S && is_user && (!space.sum || why == ACCESS_FETCH))
        return false;
    if (why == ACCESS_FETCH)
        return pte & PTE_X;
    bool may_read = pte & PTE_R || (space.mxr && pte & PTE_X);
    /* AMO and SC need R and W; W without R is no legal entry, so W says it all (P09). */
    return access_is_write(why) ? (pte & PTE_W) != 0 : may_read;
}

bool sv39_is_malformed(uint64_t pte, int level)
{
    if (pte & PTE_RESERVED || (pte & (PTE_R | PTE_W)) == PTE_W)
        return true;
    if (!pte_is_leaf(pte))
        return level == 0 || pte & (PTE_A | PTE_D | PTE_U);
    return pte_pa(pte) & (level_size(level) - 1);
}

/* The walk's own accesses are S-mode's, whoever asks (Privileged 3.7.1). */
static bool may_touch(struct space space, uint64_t pte_pa, unsigned needs)
{
    return !space.pmp || pmp_allows(space.pmp, MODE_S, pte_pa, 8, needs);
}

static bool read_entry(struct space space, struct port *port, struct walk *walk)
{
    return may_touch(space, walk->pte_pa, PMP_R) &&
           port->load(port, walk->pte_pa, 8, ACCESS_WALK, &walk->pte);
}

/* Sees to it that A, and D for a store, are set in the leaf that `walk` found. */
static enum walk_result update_accessed(struct space space, struct port *port, enum access why,
                                        struct walk *walk)
{
    uint64_t wanted = walk->pte | PTE_A | (access_is_write(why) ? PTE_D : 0);
    if (wanted == walk->pte)
        return WALK_OK;
    if (space.ad_faults)
        return WALK_PAGE_FAULT;
    if (!may_touch(space, walk->pte_pa, PMP_W))
        return WALK_ACCESS_FAULT;
    walk->pte = wanted;
    walk->step[walk->steps - 1].pte = wanted;
    return port->store(port, walk->pte_pa, 8, ACCESS_WALK, wanted) ? WALK_OK : WALK_ACCESS_FAULT;
}

static enum walk_result walk_tables(struct space space, struct port *port, uint64_t va,
                                    enum access why, struct walk *walk)
{
    walk->steps = 0;
    walk->level = SV39_LEVELS - 1;
    walk->pte = 0;
    walk->pte_pa = 0;
    /* Bits 63 to 39 must all equal bit 38. */
    if ((uint64_t)((int64_t)(va << 25) >> 25) != va)
        return WALK_PAGE_FAULT;
    uint64_t table = (space.satp & SATP_PPN) << PAGE_SHIFT;
    for (int level = SV39_LEVELS - 1; level >= 0; level--) {
        uint64_t vpn = va >> (PAGE_SHIFT + SV39_VPN_BITS * level) & ((1 << SV39_VPN_BITS) - 1);
        walk->level = level;
        walk->pte_pa = table + vpn * 8;
        if (!read_entry(space, port, walk))
            return WALK_ACCESS_FAULT;
        walk->step[walk->steps].pte_pa = walk->pte_pa;
        walk->step[walk->steps++].pte = walk->pte;
        if (!(walk->pte & PTE_V) || sv39_is_malformed(walk->pte, level))
            return WALK_PAGE_FAULT;
        if (!pte_is_leaf(walk->pte)) {
            table = pte_pa(walk->pte);
            continue;
        }
        if (!sv39_may(space, walk->pte, why))
            return WALK_PAGE_FAULT;
        walk->pa = pte_pa(walk->pte) | (va & (level_size(level) - 1));
        return update_accessed(space, port, why, walk);
    }
    return WALK_PAGE_FAULT;
}

enum walk_result sv39_walk(struct space space, struct port *port, uint64_t va, enum access why,
                           struct walk *walk)
{
    enum walk_result result = walk_tables(space, port, va, why, walk);
    if (port->walked)
        port->walked(port, va, walk);
    return result;
}
