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

/* Lab 3, exercise 6. As fetches, but while M has set mstatus.MPRV, its own loads and stores are
 * made as if it were in the mode that MPP names. MPRV is nothing to S and U
 * (Privileged 3.1.6.3). */
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

/* Lab 3, exercise 3. True when the leaf `pte`, which is no malformed one, lets `space` make the
 * access `why`.
 *
 * First, whose page is it? PTE_U says U's, else it is S's (Privileged 4.3.1, P01):
 *
 *   - U reaches its own pages only;
 *   - S reaches its own, and U's under space.sum; but U's pages it never executes (P06).
 *
 * Then, what may be done with it? A fetch needs PTE_X. What writes (access_is_write), AMO and SC
 * among it, needs PTE_W; where there is W there is R, by sv39_is_malformed (P09). A load, and an
 * LR, needs PTE_R, or under space.mxr PTE_X instead; MXR is about nothing else (3.1.6.3, P07).
 *
 * V, A and D are others' business; the space is not bare, so it is U's or S's. */
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

/* Lab 3, exercise 2. True when no translation may use the entry `pte` of a table at `level` (2: the
 * root's, 1, 0), whatever the access; its V bit was looked at before.
 *
 *   - Bits 63 to 54 (PTE_RESERVED) belong to extensions that this hart has not, and must be zero
 *     (Privileged 4.4.1).
 *   - W without R is reserved (Privileged 4.3.1).
 *   - A pointer to the next table (pte_is_leaf tells) cannot be at level 0, below which nothing is,
 *     and its A, D and U are reserved (Privileged 4.3.1, 4.3.2 step 4).
 *   - A leaf at level 1 or 2 is a superpage: its physical address (pte_pa) must be a multiple of
 *     its size (level_size; Privileged 4.3.2 step 6). */
bool sv39_is_malformed(uint64_t pte, int level)
{
    if (pte & PTE_RESERVED || (pte & (PTE_R | PTE_W)) == PTE_W)
        return true;
    if (!pte_is_leaf(pte))
        return level == 0 || pte & (PTE_A | PTE_D | PTE_U);
    return pte_pa(pte) & (level_size(level) - 1);
}

/* Lab 3, exercise 1. The address with bits 38 to 0 of `va`, and bit 38 in all bits above: what lies
 * there in `va` makes no difference (Privileged 4.4.1). */
uint64_t sv39_canonical(uint64_t va)
{
    return (uint64_t)((int64_t)(va << 25) >> 25);
}

/* Lab 3, exercise 1. Bits 63 to 39 of an address of Sv39 must all equal bit 38: so it is one of the
 * lowest or one of the highest 2^38 (Privileged 4.4.1). */
bool sv39_is_canonical(uint64_t va)
{
    return sv39_canonical(va) == va;
}

/* Lab 3, exercise 1. An address of Sv39 is, from below, 12 bits of offset in its page, then 9 bits
 * for each level: those of level 0 are the index into the table of level 0, and so on to level 2,
 * the root (PAGE_SHIFT, SV39_VPN_BITS; Privileged 4.4.1). The bits above them are no
 * index. */
uint64_t sv39_index(uint64_t va, int level)
{
    return va >> (PAGE_SHIFT + SV39_VPN_BITS * level) & ((1 << SV39_VPN_BITS) - 1);
}

/* The walk's own accesses are S-mode's, whoever asks (Privileged 3.7.1). */
static bool may_touch(const struct space *space, uint64_t pte_pa, unsigned needs)
{
    return !space->pmp || pmp_allows(space->pmp, MODE_S, pte_pa, 8, needs);
}

/* Reads the entry at walk->pte_pa into walk->pte, and notes both as the walk's next step. False:
 * there is no memory, or it is kept from the walk. */
static bool read_entry(const struct space *space, struct port *port, struct walk *walk)
{
    if (!may_touch(space, walk->pte_pa, PMP_R) ||
        !port->load(port, walk->pte_pa, 8, ACCESS_WALK, &walk->pte))
        return false;
    walk->step[walk->steps].pte_pa = walk->pte_pa;
    walk->step[walk->steps++].pte = walk->pte;
    return true;
}

/* Lab 3, exercise 4. The access `why` is about to be made through the leaf walk->pte, which allows
 * it.
 *
 * The leaf is to have A, and after a store or AMO (access_is_write) D; a load leaves D as it is. If
 * it has what it is to have, WALK_OK, and nothing is written. Else (Privileged 4.3.1, 4.3.2 step 7,
 * P17):
 *
 *   - where space->ad_faults, software wants to do it by itself: WALK_PAGE_FAULT;
 *   - the walk may have to do without writing there: unless may_touch(), PMP_W, WALK_ACCESS_FAULT;
 *   - the entry with the new bits, all 8 bytes, is stored through the port to where it lies
 *     (walk->pte_pa), as ACCESS_WALK; the port may refuse it: WALK_ACCESS_FAULT.
 *
 * What is stored also becomes walk->pte, and the pte of the walk's last step. On a fault nothing is
 * stored. */
enum walk_result sv39_use(const struct space *space, struct port *port, enum access why,
                          struct walk *walk)
{
    uint64_t wanted = walk->pte | PTE_A | (access_is_write(why) ? PTE_D : 0);
    if (wanted == walk->pte)
        return WALK_OK;
    if (space->ad_faults)
        return WALK_PAGE_FAULT;
    if (!may_touch(space, walk->pte_pa, PMP_W))
        return WALK_ACCESS_FAULT;
    walk->pte = wanted;
    walk->step[walk->steps - 1].pte = wanted;
    return port->store(port, walk->pte_pa, 8, ACCESS_WALK, wanted) ? WALK_OK : WALK_ACCESS_FAULT;
}

/* Lab 3, exercise 5. Walks the tables of `space` from the root to the leaf for `va`, and uses it
 * for `why`.
 *
 * An address that is not canonical is a page fault, before any entry is read. The root is the page
 * whose number satp has (SATP_PPN), and it is of level 2. At each level (Privileged 4.3.2):
 *
 *   1. walk->level is the level, walk->pte_pa where the entry for `va` lies: 8 bytes an entry;
 *   2. read_entry() reads it; if it cannot, WALK_ACCESS_FAULT (P04);
 *   3. an entry without PTE_V, or a malformed one, is a page fault (P08);
 *   4. a pointer leads to the table of the level below, at pte_pa();
 *   5. a leaf that does not allow the access (sv39_may) is a page fault. Else walk->pa is the
 *      physical address of `va`, which is the leaf's page, and within it the low bits of `va`, as
 *      many as a page of this level has (level_size); and the answer is what sv39_use() says.
 *
 * The caller has made `walk` empty: no steps, no entry, level 2. */
static enum walk_result walk_tables(const struct space *space, struct port *port, uint64_t va,
                                    enum access why, struct walk *walk)
{
    if (!sv39_is_canonical(va))
        return WALK_PAGE_FAULT;
    uint64_t table = (space->satp & SATP_PPN) << PAGE_SHIFT;
    for (int level = SV39_LEVELS - 1; level >= 0; level--) {
        walk->level = level;
        walk->pte_pa = table + sv39_index(va, level) * 8;
        if (!read_entry(space, port, walk))
            return WALK_ACCESS_FAULT;
        if (!(walk->pte & PTE_V) || sv39_is_malformed(walk->pte, level))
            return WALK_PAGE_FAULT;
        if (!pte_is_leaf(walk->pte)) {
            table = pte_pa(walk->pte);
            continue;
        }
        if (!sv39_may(*space, walk->pte, why))
            return WALK_PAGE_FAULT;
        walk->pa = pte_pa(walk->pte) | (va & (level_size(level) - 1));
        return sv39_use(space, port, why, walk);
    }
    return WALK_PAGE_FAULT;
}

/* Inlined whole: what a miss of the TLB costs is mostly this. */
__attribute__((flatten)) enum walk_result sv39_walk(struct space space, struct port *port,
                                                    uint64_t va, enum access why, struct walk *walk)
{
    walk->steps = 0;
    walk->level = SV39_LEVELS - 1;
    walk->pte = 0;
    walk->pte_pa = 0;
    enum walk_result result = walk_tables(&space, port, va, why, walk);
    if (port->walked)
        port->walked(port, va, walk);
    return result;
}
