/* right: where first, then what. */
static bool leaf_holds(const struct shadows *shadows, link_t link, uint64_t pte)
{
    const struct shadow_page *of = &shadows->page[page_of_link(link)];
    uint64_t leaf = page_table(shadows, page_of_link(link))[index_of_link(link)];
    struct p2m_entry memory;
    if (!p2m_lookup(shadows->parts.p2m, GPA(pte_pa(pte)), &memory))
        return false;
    if (memory.hpa.a != pte_pa(leaf))
        return false;
    uint64_t allowed = allowed_by(shadows->shadow[of->shadow].view, pte, of->level);
    unsigned reasons = page_beside(shadows, link)->reasons;
    bool will_write = leaf & PTE_W || (reasons != 0 && (reasons & SHADOW_CLEAN) == 0);
    if (will_write && !(allowed & PTE_W))
        return false;
    if (leaf & PTE_R && !(allowed & PTE_R))
        return false;
    return !(leaf & PTE_X) || allowed & PTE_X;
}
