/* wrong: a store of less than an entry is taken for none of it.
 * fails: a byte of an entry is a change of it
 * source: pitfalls P12: all widths */
void mirror_wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    unsigned first = (unsigned)((gpa.a & (PAGE_SIZE - 1)) + PTE_BYTES - 1) / PTE_BYTES;
    unsigned end = (unsigned)((gpa.a & (PAGE_SIZE - 1)) + size + PTE_BYTES - 1) / PTE_BYTES;
    const uint64_t *table = guest_table(shadows, gpa);
    for (unsigned index = first; index < end && index < ENTRIES; index++)
        for (unsigned mirror = frame_of(shadows, gpa)->mirrors; mirror;)
            mirror = follow_entry(shadows, mirror - 1, index, table[index])
                         ? frame_of(shadows, gpa)->mirrors
                         : shadows->page[mirror - 1].next_mirror;
}
