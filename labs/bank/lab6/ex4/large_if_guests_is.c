/* wrong: where the guest's page is large, the entry is, though the machine's frames are scattered.
 * fails: a guest's page of 2 MiB in small frames comes in pieces
 * source: what students do: one of the two sizes is asked for */
static bool stays_large(const struct shadows *shadows, unsigned page, gva_t gva,
                        const struct walk *walk, const struct p2m_entry *memory)
{
    (void)memory;
    uint64_t pte = page_table(shadows, page)[index_at(gva, 1)];
    bool has_small = is_pointer(pte) && shadows->page[page_below(shadows, pte)].used;
    return walk->level > 0 && !has_small && !chunk_of(shadows, GPA(walk->pa))->withheld;
}
