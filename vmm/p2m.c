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
    uint64_t index = gpa.a >> (PAGE_SHIFT + SV39_VPN_BITS * level) & ((1 << SV39_VPN_BITS) - 1);
    return HPA(table.a + index * 8);
}

static uint64_t read_entry(const struct p2m *p2m, hpa_t at)
{
    return *(const uint64_t *)(const void *)hw_frame(p2m->hw, at);
}

static uint64_t make_pte(hpa_t hpa, unsigned bits)
{
    return hpa.a >> PAGE_SHIFT << PTE_PPN_SHIFT | bits | PTE_V;
}

void p2m_map(struct p2m *p2m, gpa_t gpa, hpa_t hpa, int level, unsigned perms)
{
    hpa_t table = p2m->root;
    for (int at = SV39_LEVELS - 1; at > level; at--) {
        hpa_t entry = entry_at(table, gpa, at);
        if (!(read_entry(p2m, entry) & PTE_V))
            hw_store(p2m->hw, entry, 8, make_pte(take_table(p2m), 0));
        table = HPA(pte_pa(read_entry(p2m, entry)));
    }
    hw_store(p2m->hw, entry_at(table, gpa, level), 8, make_pte(hpa, perms));
}

bool p2m_lookup(const struct p2m *p2m, gpa_t gpa, struct p2m_entry *entry)
{
    hpa_t table = p2m->root;
    if (gpa.a >> (PAGE_SHIFT + SV39_LEVELS * SV39_VPN_BITS))
        return false;
    for (int level = SV39_LEVELS - 1; level >= 0; level--) {
        uint64_t pte = read_entry(p2m, entry_at(table, gpa, level));
        if (!(pte & PTE_V))
            return false;
        table = HPA(pte_pa(pte));
        if (!pte_is_leaf(pte))
            continue;
        entry->hpa = HPA(table.a | (gpa.a & (level_size(level) - 1)));
        entry->perms = pte & (PTE_R | PTE_W | PTE_X);
        entry->level = level;
        return true;
    }
    return false;
}
