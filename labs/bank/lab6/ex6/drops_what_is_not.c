/* wrong: an entry is dropped without a look whether there is one.
 * fails: a fence of what is not mapped does nothing
 * source: what students do: the empty case */
static void fence_gva(struct shadows *shadows, struct shadow *shadow, gva_t gva)
{
    uint64_t pte = page_table(shadows, shadow->root)[index_at(gva, 2)];
    if (!is_pointer(pte))
        return;
    unsigned page = page_below(shadows, pte);
    if (shadows->page[page].has_pieces) {
        page_drop_leaves(shadows, page);
        return;
    }
    pte = page_table(shadows, page)[index_at(gva, 1)];
    if (!is_pointer(pte)) {
        page_drop_entry(shadows, page, index_at(gva, 1));
        return;
    }
    page = page_below(shadows, pte);
    if (shadows->page[page].has_pieces)
        page_drop_leaves(shadows, page);
    else
        page_drop_entry(shadows, page, index_at(gva, 0));
}
