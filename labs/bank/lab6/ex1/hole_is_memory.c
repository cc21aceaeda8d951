/* wrong: an entry that is not 0 is taken for a leaf, V or not: a hole is memory.
 * fails: a hole is no memory, but it is remembered what it was
 * source: what students do: V is not asked for */
bool p2m_lookup(const struct p2m *p2m, gpa_t gpa, struct p2m_entry *entry)
{
    int level;
    uint64_t pte = find(p2m, gpa, &level);
    if (!pte)
        return false;
    entry->hpa = HPA(pte_pa(pte) | (gpa.a & (level_size(level) - 1)));
    entry->perms = pte & (PTE_R | PTE_W | PTE_X);
    entry->reasons = (unsigned)(pte >> REASONS_SHIFT) & SHADOW_REASONS;
    entry->level = level;
    return true;
}
