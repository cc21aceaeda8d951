/* right: field by field, the offset by a division. */
bool p2m_lookup(const struct p2m *p2m, gpa_t gpa, struct p2m_entry *entry)
{
    int level = 0;
    uint64_t pte = find(p2m, gpa, &level), size = level_size(level);
    if ((pte & PTE_V) == 0)
        return false;
    entry->level = level;
    entry->perms = 0;
    if (pte & PTE_R)
        entry->perms |= PTE_R;
    if (pte & PTE_W)
        entry->perms |= PTE_W;
    if (pte & PTE_X)
        entry->perms |= PTE_X;
    entry->reasons = (unsigned)(pte >> REASONS_SHIFT & SHADOW_REASONS);
    entry->hpa.a = pte_pa(pte) + gpa.a % size;
    return true;
}
