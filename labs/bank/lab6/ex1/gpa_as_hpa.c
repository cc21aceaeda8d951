/* wrong: the entry is found, but its address is the guest's own: gpa used as hpa.
 * fails: a guest's page is in the machine where the p2m has it
 * source: what students do: two physical address spaces are taken for one */
bool p2m_lookup(const struct p2m *p2m, gpa_t gpa, struct p2m_entry *entry)
{
    int level;
    uint64_t pte = find(p2m, gpa, &level);
    if (!(pte & PTE_V))
        return false;
    entry->hpa = HPA(gpa.a);
    entry->perms = pte & (PTE_R | PTE_W | PTE_X);
    entry->reasons = (unsigned)(pte >> REASONS_SHIFT) & SHADOW_REASONS;
    entry->level = level;
    return true;
}
