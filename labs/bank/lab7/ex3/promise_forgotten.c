/* wrong: a leaf that a reason has made read-only is held against a read-only entry, and stays: it
 *        has W again when the reason is taken back.
 * fails: a reason is a promise of W, which the guest must still grant
 * source: pitfalls P18 */
static bool leaf_holds(const struct shadows *shadows, link_t link, uint64_t pte)
{
    unsigned page = page_of_link(link);
    uint64_t leaf = page_table(shadows, page)[index_of_link(link)];
    int level = shadows->page[page].level;
    struct view view = shadows->shadow[shadows->page[page].shadow].view;
    struct p2m_entry memory;
    uint64_t grants = leaf & (PTE_R | PTE_W | PTE_X);
    return !(grants & ~allowed_by(view, pte, level)) &&
           p2m_lookup(shadows->parts.p2m, GPA(pte_pa(pte)), &memory) &&
           memory.hpa.a == pte_pa(leaf);
}
