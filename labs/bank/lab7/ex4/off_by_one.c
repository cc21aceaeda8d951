/* wrong: the last entry of a table is never followed.
 * fails: the last entry of a table is one of it
 * source: what students do: off by one */
void mirror_wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    unsigned first = (gpa.a & (PAGE_SIZE - 1)) / PTE_BYTES;
    unsigned last = ((gpa.a & (PAGE_SIZE - 1)) + size - 1) / PTE_BYTES;
    const uint64_t *table = guest_table(shadows, gpa);
    for (unsigned index = first; index < last || (index == last && last != ENTRIES - 1); index++)
        for (unsigned mirror = frame_of(shadows, gpa)->mirrors; mirror;)
            mirror = follow_entry(shadows, mirror - 1, index, table[index])
                         ? frame_of(shadows, gpa)->mirrors
                         : shadows->page[mirror - 1].next_mirror;
}
