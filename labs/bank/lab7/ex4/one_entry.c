/* wrong: the entry of the first byte is followed, though a store may lie over two.
 * fails: a store over two entries is a change of both
 * source: pitfalls P12: every store: all widths, page-crossing */
void mirror_wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    unsigned index = (gpa.a & (PAGE_SIZE - 1)) / PTE_BYTES;
    const uint64_t *table = guest_table(shadows, gpa);
    (void)size;
    for (unsigned mirror = frame_of(shadows, gpa)->mirrors; mirror;)
        mirror = follow_entry(shadows, mirror - 1, index, table[index])
                     ? frame_of(shadows, gpa)->mirrors
                     : shadows->page[mirror - 1].next_mirror;
}
