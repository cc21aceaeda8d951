/* wrong: a large entry is made over a frame that is withheld.
 * fails: a large page of which a frame is withheld comes in pieces
 * source: pitfalls P18, P15 */
static bool stays_large(const struct shadows *shadows, unsigned page, gva_t gva,
                        const struct walk *walk, const struct p2m_entry *memory)
{
    uint64_t pte = page_table(shadows, page)[index_at(gva, 1)];
    bool has_small = is_pointer(pte) && shadows->page[page_below(shadows, pte)].used;
    return walk->level > 0 && memory->level > 0 && !has_small;
}
