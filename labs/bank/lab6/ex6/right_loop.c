/* right: down by a loop, that stops where pieces are. */
static void fence_gva(struct shadows *shadows, struct shadow *shadow, gva_t gva)
{
    unsigned page = shadow->root;
    for (int level = SV39_LEVELS - 1; level >= 0; level--) {
        if (level < SV39_LEVELS - 1 && shadows->page[page].has_pieces) {
            page_drop_leaves(shadows, page);
            return;
        }
        unsigned index = index_at(gva, level);
        uint64_t pte = page_table(shadows, page)[index];
        if (!pte)
            return;
        if (pte_is_leaf(pte)) {
            page_drop_entry(shadows, page, index);
            return;
        }
        page = page_below(shadows, pte);
    }
}
