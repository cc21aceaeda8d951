/* wrong: of a large page that came in pieces, one piece is dropped.
 * fails: a fence inside a page of 2 MiB drops all the pieces that it came in
 * source: pitfalls P15 */
static void fence_gva(struct shadows *shadows, struct shadow *shadow, gva_t gva)
{
    unsigned page = shadow->root;
    for (int level = 2; level >= 0; level--) {
        uint64_t pte = page_table(shadows, page)[index_at(gva, level)];
        if (!is_pointer(pte)) {
            if (pte)
                page_drop_entry(shadows, page, index_at(gva, level));
            return;
        }
        page = page_below(shadows, pte);
    }
}
