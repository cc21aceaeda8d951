/* wrong: a page that is not dirty is dropped again and again, for it may not be written yet.
 * fails: a page that is not dirty is no promise, and stays
 * source: pitfalls P17, P18 */
static bool leaf_holds(const struct shadows *shadows, link_t link, uint64_t pte)
{
    unsigned page = page_of_link(link);
    uint64_t leaf = page_table(shadows, page)[index_of_link(link)];
    unsigned reasons = page_beside(shadows, link)->reasons;
    int level = shadows->page[page].level;
    struct view view = shadows->shadow[shadows->page[page].shadow].view;
    struct p2m_entry memory;
    uint64_t grants = leaf & (PTE_R | PTE_W | PTE_X);
    if (reasons)
        grants |= PTE_W;
    return !(grants & ~allowed_by(view, pte, level)) &&
           p2m_lookup(shadows->parts.p2m, GPA(pte_pa(pte)), &memory) &&
           memory.hpa.a == pte_pa(leaf);
}
