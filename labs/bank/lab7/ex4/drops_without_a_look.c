/* wrong: what the entry made is dropped, whatever it says now.
 * fails: a store that changes nothing drops nothing
 * source: pitfalls P12: the entry is re-derived after the store */
void mirror_wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    unsigned first = (gpa.a & (PAGE_SIZE - 1)) / PTE_BYTES;
    unsigned last = ((gpa.a & (PAGE_SIZE - 1)) + size - 1) / PTE_BYTES;
    const uint64_t *table = guest_table(shadows, gpa);
    (void)table;
    for (unsigned index = first; index <= last; index++)
        for (unsigned mirror = frame_of(shadows, gpa)->mirrors; mirror;)
            mirror = follow_entry(shadows, mirror - 1, index, 0)
                         ? frame_of(shadows, gpa)->mirrors
                         : shadows->page[mirror - 1].next_mirror;
}
