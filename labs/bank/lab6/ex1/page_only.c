/* wrong: the address is that of the leaf's first byte, not of the byte asked for.
 * fails: a byte keeps its place in its page of 4 KiB
 * source: what students do: the offset is forgotten */
bool p2m_lookup(const struct p2m *p2m, gpa_t gpa, struct p2m_entry *entry)
{
    int level;
    uint64_t pte = find(p2m, gpa, &level);
    if (!(pte & PTE_V))
        return false;
    entry->hpa = HPA(pte_pa(pte) | (level ? gpa.a & (level_size(1) - 1) : 0));
    entry->perms = pte & (PTE_R | PTE_W | PTE_X);
    entry->reasons = (unsigned)(pte >> REASONS_SHIFT) & SHADOW_REASONS;
    entry->level = level;
    return true;
}
