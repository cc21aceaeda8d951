/* wrong: where the machine's frames are large, the entry is: a guest's page of 4 KiB grants 2 MiB.
 * fails: a guest's page of 4 KiB is no larger for being in a large frame
 * source: what students do: one of the two sizes is asked for */
static bool stays_large(const struct shadows *shadows, unsigned page, gva_t gva,
                        const struct walk *walk, const struct p2m_entry *memory)
{
    (void)walk;
    uint64_t pte = page_table(shadows, page)[index_at(gva, 1)];
    bool has_small = is_pointer(pte) && shadows->page[page_below(shadows, pte)].used;
    return memory->level > 0 && !has_small && !chunk_of(shadows, GPA(walk->pa))->withheld;
}
