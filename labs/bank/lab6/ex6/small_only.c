/* wrong: entries of 2 MiB are not looked for.
 * fails: a fence inside a page of 2 MiB drops it
 * source: what students do: the simple case alone */
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
    if (!is_pointer(pte))
        return;
    page = page_below(shadows, pte);
    if (shadows->page[page].has_pieces)
        page_drop_leaves(shadows, page);
    else if (page_table(shadows, page)[index_at(gva, 0)])
        page_drop_entry(shadows, page, index_at(gva, 0));
}
