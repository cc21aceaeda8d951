/* right: four reasons against it, one after the other. */
static bool stays_large(const struct shadows *shadows, unsigned page, gva_t gva,
                        const struct walk *walk, const struct p2m_entry *memory)
{
    if (walk->level == 0 || memory->level == 0)
        return false;
    if (chunk_of(shadows, GPA(walk->pa))->withheld != 0)
        return false;
    uint64_t pte = page_table(shadows, page)[index_at(gva, 1)];
    if (!is_pointer(pte))
        return true;
    return shadows->page[page_below(shadows, pte)].used == 0;
}
