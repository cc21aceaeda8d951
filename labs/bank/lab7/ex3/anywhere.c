/* wrong: permissions are compared, and where the entry leads is not.
 * fails: what leads elsewhere goes
 * source: what students do: half of what an entry says */
static bool leaf_holds(const struct shadows *shadows, link_t link, uint64_t pte)
{
    unsigned page = page_of_link(link);
    uint64_t leaf = page_table(shadows, page)[index_of_link(link)];
    unsigned reasons = page_beside(shadows, link)->reasons;
    int level = shadows->page[page].level;
    struct view view = shadows->shadow[shadows->page[page].shadow].view;
    struct p2m_entry memory;
    uint64_t grants = leaf & (PTE_R | PTE_W | PTE_X);
    if (reasons && !(reasons & SHADOW_CLEAN))
        grants |= PTE_W;
    return !(grants & ~allowed_by(view, pte, level)) &&
           p2m_lookup(shadows->parts.p2m, GPA(pte_pa(pte)), &memory);
}
