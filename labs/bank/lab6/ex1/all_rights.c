/* wrong: what is mapped may be read, written and executed.
 * fails: permissions are the leaf's, and nothing else of it
 * source: pitfalls P18: what the VMM withholds is granted */
bool p2m_lookup(const struct p2m *p2m, gpa_t gpa, struct p2m_entry *entry)
{
    int level;
    uint64_t pte = find(p2m, gpa, &level);
    if (!(pte & PTE_V))
        return false;
    entry->hpa = HPA(pte_pa(pte) | (gpa.a & (level_size(level) - 1)));
    entry->perms = PTE_R | PTE_W | PTE_X;
    entry->reasons = (unsigned)(pte >> REASONS_SHIFT) & SHADOW_REASONS;
    entry->level = level;
    return true;
}
