/* wrong: the offset has twelve bits, in a page of 2 MiB too.
 * fails: a byte keeps its place in its page of 2 MiB
 * source: pitfalls P08, P15: large pages are forgotten */
bool p2m_lookup(const struct p2m *p2m, gpa_t gpa, struct p2m_entry *entry)
{
    int level;
    uint64_t pte = find(p2m, gpa, &level);
    if (!(pte & PTE_V))
        return false;
    entry->hpa = HPA(pte_pa(pte) | (gpa.a & (PAGE_SIZE - 1)));
    entry->perms = pte & (PTE_R | PTE_W | PTE_X);
    entry->reasons = (unsigned)(pte >> REASONS_SHIFT) & SHADOW_REASONS;
    entry->level = level;
    return true;
}
