/* Address spaces of processes. The two ideas: pages are given when they are first touched, and
 * fork shares instead of copying. Both leave their work to the page fault, space_fault.
 *
 * The rule for fences: whoever changes an entry that may have been used fences before the memory
 * it named can get another owner. Entries that become valid are fenced too, because the hardware
 * may remember that they were not (Privileged 4.2.1). */
#include "space.h"

#include <stddef.h>

#include "abi.h"
#include "page.h"
#include "priv.h"
#include "riscv.h"
#include "string.h"

/* In a leaf without PTE_W: may be written after a copy. One of the bits left to software. */
#define PTE_COW 0x100

#define LEAF (PTE_V | PTE_U | PTE_A | PTE_D)
#define PAGE_MASK (~(uint64_t)(PAGE_SIZE - 1))

static bool has_asids;

static uint64_t page_up(uint64_t va)
{
    return (va + PAGE_SIZE - 1) & PAGE_MASK;
}

static bool is_leaf(pte_t pte)
{
    return pte & (PTE_R | PTE_W | PTE_X);
}

static uint64_t satp_of(const pte_t *root, uint64_t asid)
{
    return (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT | asid << SATP_ASID_SHIFT |
           (uint64_t)root >> PAGE_SHIFT;
}

void space_init(void)
{
    uint64_t satp = csr_read(satp);
    csr_write(satp, satp | SATP_ASID);
    has_asids = (csr_read(satp) & SATP_ASID) >> SATP_ASID_SHIFT >= 0xff;
    csr_write(satp, satp);
    fence_all();
}

uint64_t space_asid(unsigned slot)
{
    return has_asids ? slot + 1 : 0;
}

bool space_make(struct space *space, uint64_t asid)
{
    *space = (struct space){.asid = asid};
    space->root = page_take_zeroed();
    if (!space->root)
        return false;
    memcpy(space->root + USER_ROOT_ENTRIES, kmap_root + USER_ROOT_ENTRIES,
           (ROOT_ENTRIES - USER_ROOT_ENTRIES) * sizeof(pte_t));
    return true;
}

/* The last-level entry for this address. If a table on the way is missing: made if asked for,
 * otherwise NULL. */
static pte_t *walk(const struct space *space, uint64_t va, bool make)
{
    pte_t *table = space->root;
    for (int level = SV39_LEVELS - 1; level > 0; level--) {
        pte_t *pte = &table[va >> (PAGE_SHIFT + SV39_VPN_BITS * level) & 0x1ff];
        if (!(*pte & PTE_V)) {
            void *next = make ? page_take_zeroed() : NULL;
            if (!next)
                return NULL;
            *pte = pte_make(next, PTE_V);
            fence_asid(space->asid); /* fence_page is about leaves only */
        }
        table = pte_page(*pte);
    }
    return &table[va >> PAGE_SHIFT & 0x1ff];
}

/* What both sides of a fork hold instead of this leaf. Lab 4, exercise 4. The same, but where it
 * could be written it now has PTE_COW in place of PTE_W. What only could be read stays so. */
static pte_t shared_leaf(pte_t pte)
{
    return pte & PTE_W ? (pte & ~(pte_t)PTE_W) | PTE_COW : pte;
}

/* Shares all that is below the table `from` with the empty table `to`. Lab 4, exercise 4.
 *
 * Entry by entry: one that is not valid is nothing. A leaf (is_leaf) becomes the same shared_leaf
 * in both tables, and its frame has one reference more (page_share). A pointer leads to a table; in
 * `to` it leads to a new one, zeroed, that shares what is below. Tables themselves are never
 * shared. False when no frame was left for a table; what was shared until then stays, in both. */
static bool share_table(pte_t *from, pte_t *to)
{
    for (int i = 0; i < PAGE_TABLE_ENTRIES; i++) {
        if (!(from[i] & PTE_V))
            continue;
        if (is_leaf(from[i])) {
            from[i] = to[i] = shared_leaf(from[i]);
            page_share(pte_page(from[i]));
            continue;
        }
        void *table = page_take_zeroed();
        if (!table)
            return false;
        to[i] = pte_make(table, PTE_V);
        if (!share_table(pte_page(from[i]), table))
            return false;
    }
    return true;
}

/* Gives a child, which space_make has just made, what its parent has. Lab 4, exercise 4.
 *
 * That is brk, the regions, and in the first entry of its root a table of its own that shares all
 * that is below the parent's (share_table), if the parent's is valid: the process has the addresses
 * of that entry, the others are the kernel's. The hart may remember that the parent could write, so
 * the parent's asid is fenced (fence_asid), even if memory ran out on the way. False: it did. */
bool space_share(struct space *parent, struct space *child)
{
    child->brk = parent->brk;
    memcpy(child->region, parent->region, sizeof child->region);
    bool done = true;
    if (parent->root[0] & PTE_V) {
        void *table = page_take_zeroed();
        if (table)
            child->root[0] = pte_make(table, PTE_V);
        done = table && share_table(pte_page(parent->root[0]), table);
    }
    fence_asid(parent->asid); /* the parent may no longer write what it could */
    return done;
}

static void drop_table(pte_t *table)
{
    for (int i = 0; i < PAGE_TABLE_ENTRIES; i++) {
        if (!(table[i] & PTE_V))
            continue;
        if (is_leaf(table[i]))
            page_put(pte_page(table[i]));
        else
            drop_table(pte_page(table[i]));
    }
    page_put(table);
}

void space_drop(struct space *space)
{
    if (!space->root)
        return;
    fence_asid(space->asid);
    if (space->root[0] & PTE_V)
        drop_table(pte_page(space->root[0]));
    page_put(space->root);
    space->root = NULL;
}

void space_activate(const struct space *space)
{
    uint64_t satp = space ? satp_of(space->root, space->asid) : satp_of(kmap_root, 0);
    if (satp == csr_read(satp))
        return;
    csr_write(satp, satp);
    if (!has_asids)
        fence_all();
}

static const struct region *region_of(const struct space *space, uint64_t va)
{
    for (int i = 0; i < REGIONS; i++)
        if (va >= space->region[i].start && va < space->region[i].end)
            return &space->region[i];
    return NULL;
}

static uint64_t needed(enum access access)
{
    switch (access) {
    case ACCESS_FETCH:
        return PTE_X;
    case ACCESS_LOAD:
        return PTE_R;
    case ACCESS_STORE:
        return PTE_W;
    }
    return 0;
}

/* Makes a copy-on-write leaf writable. Lab 4, exercise 5.
 *
 * Where others hold the frame as well (page_references), the leaf gets a frame of its own with the
 * same bytes and keeps all its other bits, and the old frame has one reference less (page_put). Who
 * holds it alone keeps it. Then the leaf has PTE_W again, and PTE_COW no more. FAULT_NO_MEMORY, and
 * nothing changed, when no frame is left for the copy; otherwise FAULT_CURED. */
static enum fault unshare(pte_t *pte)
{
    void *page = pte_page(*pte);
    if (page_references(page) > 1) {
        void *copy = page_take();
        if (!copy)
            return FAULT_NO_MEMORY;
        memcpy(copy, page, PAGE_SIZE);
        *pte = pte_make(copy, *pte & ~PTE_PPN);
        page_put(page); /* others hold it: it is not freed before the fence */
    }
    *pte = (*pte & ~(pte_t)PTE_COW) | PTE_W;
    return FAULT_CURED;
}

/* Answers a page fault at `va`. Lab 4, exercise 5.
 *
 * FAULT_BAD_ACCESS, when no region of the space has the address (region_of) or that region does not
 * permit what the access needs (needed). Otherwise there is an entry for it, with tables made on
 * the way (walk). Where it is not valid, the page was never touched: it gets a frame full of zeros,
 * and a LEAF with the region's permission. Where it is, a store to a copy-on-write leaf unshares
 * it; and any other access finds everything in order, for the hart may have faulted by an entry
 * that it still remembered. FAULT_NO_MEMORY when no frame is left. In the end the hart must forget
 * what it knew of the page (fence_page). */
enum fault space_fault(struct space *space, uint64_t va, enum access access)
{
    const struct region *region = region_of(space, va);
    if (!region || !(region->permission & needed(access)))
        return FAULT_BAD_ACCESS;
    pte_t *pte = walk(space, va, true);
    if (!pte)
        return FAULT_NO_MEMORY;
    enum fault result = FAULT_CURED;
    if (!(*pte & PTE_V)) {
        void *page = page_take_zeroed();
        if (!page)
            return FAULT_NO_MEMORY;
        *pte = pte_make(page, LEAF | region->permission);
    } else if (access == ACCESS_STORE && *pte & PTE_COW) {
        result = unshare(pte);
    }
    fence_page(va, space->asid);
    return result;
}

bool space_map(struct space *space, uint64_t va, void *page, uint64_t permission)
{
    pte_t *pte = walk(space, va, true);
    if (!pte)
        return false;
    *pte = pte_make(page, LEAF | permission);
    fence_page(va, space->asid);
    return true;
}

/* Takes the pages from start to end away; the fence comes before the frame is free. */
static void unmap(struct space *space, uint64_t start, uint64_t end)
{
    const uint64_t table_bytes = (uint64_t)PAGE_SIZE << SV39_VPN_BITS;
    for (uint64_t va = start; va < end; va += PAGE_SIZE) {
        pte_t *pte = walk(space, va, false);
        if (!pte) {
            va = (va | (table_bytes - 1)) + 1 - PAGE_SIZE; /* nothing in this whole table */
            continue;
        }
        pte_t old = *pte;
        if (!(old & PTE_V))
            continue;
        *pte = 0;
        fence_page(va, space->asid);
        page_put(pte_page(old));
    }
}

int64_t space_grow(struct space *space, int64_t bytes)
{
    struct region *heap = &space->region[REGION_HEAP];
    uint64_t old = space->brk;
    uint64_t limit = space->region[REGION_STACK].start - PAGE_SIZE;
    if (bytes > (int64_t)(limit - old) || bytes < -(int64_t)(old - heap->start))
        return -ENOMEM;
    uint64_t end = page_up(old + (uint64_t)bytes);
    if (end > heap->end && (end - heap->end) >> PAGE_SHIFT > page_free())
        return -ENOMEM;
    if (end < heap->end)
        unmap(space, end, heap->end);
    heap->end = end;
    space->brk = old + (uint64_t)bytes;
    return (int64_t)old;
}

static uint64_t count_table(const pte_t *table)
{
    uint64_t n = 0;
    for (int i = 0; i < PAGE_TABLE_ENTRIES; i++)
        if (table[i] & PTE_V)
            n += is_leaf(table[i]) ? 1 : count_table(pte_page(table[i]));
    return n;
}

uint64_t space_pages(const struct space *space)
{
    return space->root && space->root[0] & PTE_V ? count_table(pte_page(space->root[0])) : 0;
}
