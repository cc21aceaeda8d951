/* wrong: the entry is written over with 0, and neither the hardware nor the reverse map is told.
 * fails: a fence of an address drops what maps it, and the hardware is told
 * source: what students do: a shadow is thought to be memory alone; it is walked by hardware with a
 * TLB */
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
    if (is_pointer(pte)) {
        page = page_below(shadows, pte);
        if (shadows->page[page].has_pieces)
            page_drop_leaves(shadows, page);
        else
            page_table(shadows, page)[index_at(gva, 0)] = 0;
    } else if (pte) {
        page_drop_entry(shadows, page, index_at(gva, 1));
    }
}
