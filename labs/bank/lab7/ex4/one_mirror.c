/* wrong: one mirror of the table is followed: its other views keep what is old.
 * fails: every view that mirrors a table follows it
 * source: pitfalls P13: shared by two roots, a table at two levels */
void mirror_wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    unsigned first = (gpa.a & (PAGE_SIZE - 1)) / PTE_BYTES;
    unsigned last = ((gpa.a & (PAGE_SIZE - 1)) + size - 1) / PTE_BYTES;
    const uint64_t *table = guest_table(shadows, gpa);
    for (unsigned index = first; index <= last; index++)
        if (frame_of(shadows, gpa)->mirrors)
            follow_entry(shadows, frame_of(shadows, gpa)->mirrors - 1u, index, table[index]);
}
