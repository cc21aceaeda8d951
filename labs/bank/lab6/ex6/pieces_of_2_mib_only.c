/* wrong: pieces are thought of at the lowest level alone, not those of a page of 1 GiB.
 * fails: the same of a page of 1 GiB
 * source: pitfalls P15 */
static void fence_gva(struct shadows *shadows, struct shadow *shadow, gva_t gva)
{
    uint64_t pte = page_table(shadows, shadow->root)[index_at(gva, 2)];
    if (!is_pointer(pte))
        return;
    unsigned page = page_below(shadows, pte);
    pte = page_table(shadows, page)[index_at(gva, 1)];
    if (is_pointer(pte)) {
        page = page_below(shadows, pte);
        if (shadows->page[page].has_pieces)
            page_drop_leaves(shadows, page);
        else if (page_table(shadows, page)[index_at(gva, 0)])
            page_drop_entry(shadows, page, index_at(gva, 0));
    } else if (pte) {
        page_drop_entry(shadows, page, index_at(gva, 1));
    }
}
