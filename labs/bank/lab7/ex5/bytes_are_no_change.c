/* wrong: a store of less than an entry is taken for data.
 * fails: a store of one byte is followed, too
 * source: pitfalls P12: all widths */
static void wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    if (shadows->parts.is_stale)
        mirror_be_late(shadows, gpa);
    else if (size != 8)
        mirror_end(shadows, gpa);
    else
        mirror_wrote(shadows, gpa, size);
}
