/* The p2m's tables: filled when the VM is made, read at every shadow fill. */
#include "p2m.h"

#include "sv39.h"

uint64_t p2m_table_frames(uint64_t bytes)
{
    /* a root, a table a GiB or part of one, a table every 2 MiB; and one of each for bad alignment
     */
    return 1 + (bytes >> 30) + 2 + (bytes >> 21) + 2;
}

static hpa_t take_table(struct p2m *p2m)
{
    hpa_t table = p2m->next_table;
    p2m->next_table.a += PAGE_SIZE;
    hw_clear(p2m->hw, table);
    return table;
}

void p2m_init(struct p2m *p2m, struct hw *hw, hpa_t tables, uint64_t count)
{
    *p2m = (struct p2m){
        .hw = hw, .next_table = tables, .end_tables = HPA(tables.a + count * PAGE_SIZE)};
    p2m->root = take_table(p2m);
}

static hpa_t entry_at(hpa_t table, gpa_t gpa, int level)
{
    return HPA(table.a + sv39_index(gpa.a, level) * 8);
}

static uint64_t read_entry(const struct p2m *p2m, hpa_t at)
{
    return *(const uint64_t *)(const void *)hw_frame(p2m->hw, at);
}

static uint64_t make_pte(hpa_t hpa, unsigned bits)
{
    return hpa.a >> PAGE_SHIFT << PTE_PPN_SHIFT | bits | PTE_V;
}

/* A page of 2 MiB becomes a table of 4 KiB pages that say the same. */
static void split(struct p2m *p2m, hpa_t entry)
{
    uint64_t pte = read_entry(p2m, entry);
    hpa_t table = take_table(p2m);
    for (uint64_t i = 0; i < 1 << SV39_VPN_BITS; i++)
        hw_store(p2m->hw, HPA(table.a + 8 * i), 8, pte + (i << PTE_PPN_SHIFT));
    hw_store(p2m->hw, entry, 8, make_pte(table, 0));
}

/* Where the entry of `level` for `gpa` lies, with tables on the way made where there are none. */
static hpa_t make_way(struct p2m *p2m, gpa_t gpa, int level)
{
    hpa_t table = p2m->root;
    for (int at = SV39_LEVELS - 1; at > level; at--) {
        hpa_t entry = entry_at(table, gpa, at);
        if (!(read_entry(p2m, entry) & PTE_V))
            hw_store(p2m->hw, entry, 8, make_pte(take_table(p2m), 0));
        else if (pte_is_leaf(read_entry(p2m, entry)))
            split(p2m, entry);
        table = HPA(pte_pa(read_entry(p2m, entry)));
    }
    return entry_at(table, gpa, level);
}

void p2m_map(struct p2m *p2m, gpa_t gpa, hpa_t hpa, int level, unsigned perms)
{
    hw_store(p2m->hw, make_way(p2m, gpa, level), 8, make_pte(hpa, perms));
}

/* The reasons stand above the PPN. */
enum { REASONS_SHIFT = 54 - 8 };

void p2m_reason(struct p2m *p2m, gpa_t gpa, unsigned reasons)
{
    hpa_t entry = make_way(p2m, gpa, 0);
    uint64_t pte = read_entry(p2m, entry) & ~((uint64_t)SHADOW_REASONS << REASONS_SHIFT);
    hw_store(p2m->hw, entry, 8, pte | (uint64_t)reasons << REASONS_SHIFT);
}

/* A hole keeps its permissions, and nothing else. */
void p2m_punch(struct p2m *p2m, gpa_t gpa)
{
    hpa_t entry = make_way(p2m, gpa, 0);
    hw_store(p2m->hw, entry, 8, read_entry(p2m, entry) & (PTE_R | PTE_W | PTE_X));
}

/* Lab 6, exercise 1. Walks the p2m's own tables for `gpa`, from the root down (SV39_LEVELS levels,
 * entry_at and read_entry each), to the last entry on the way: a leaf, or one that is not valid,
 * which may be a hole. Gives that entry, and its level in *level. A gpa that three levels cannot
 * name, of 39 bits and more, has no way: 0, whatever its low bits. */
static uint64_t find(const struct p2m *p2m, gpa_t gpa, int *level)
{
    hpa_t table = p2m->root;
    if (gpa.a >> (PAGE_SHIFT + SV39_LEVELS * SV39_VPN_BITS))
        return 0;
    for (*level = SV39_LEVELS - 1;; --*level) {
        uint64_t pte = read_entry(p2m, entry_at(table, gpa, *level));
        if (!(pte & PTE_V) || pte_is_leaf(pte))
            return pte;
        table = HPA(pte_pa(pte));
    }
}

/* Lab 6, exercise 1. What the p2m says of `gpa`. False: it is not the VM's memory, or is a hole,
 * and *entry is as it was. True, *entry: the machine's address of that very byte, which lies in the
 * leaf's page at the same offset (a leaf of level 1 maps 2 MiB: level_size, pte_pa); of the leaf's
 * R, W and X what it has; its reasons, which stand at REASONS_SHIFT above the PPN; and its level.
 */
bool p2m_lookup(const struct p2m *p2m, gpa_t gpa, struct p2m_entry *entry)
{
    int level;
    uint64_t pte = find(p2m, gpa, &level);
    if (!(pte & PTE_V))
        return false;
    entry->hpa = HPA(pte_pa(pte) | (gpa.a & (level_size(level) - 1)));
    entry->perms = pte & (PTE_R | PTE_W | PTE_X);
    entry->reasons = (unsigned)(pte >> REASONS_SHIFT) & SHADOW_REASONS;
    entry->level = level;
    return true;
}

unsigned p2m_hole(const struct p2m *p2m, gpa_t gpa)
{
    int level;
    uint64_t pte = find(p2m, gpa, &level);
    return pte & PTE_V ? 0 : (unsigned)pte & (PTE_R | PTE_W | PTE_X);
}
