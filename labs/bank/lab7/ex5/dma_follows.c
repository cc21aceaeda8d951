/* wrong: what a device has written over is followed as if it were entries.
 * fails: what a device has written over is no table
 * source: pitfalls P12: device DMA into a table page */
static void wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    if (shadows->parts.is_stale)
        mirror_be_late(shadows, gpa);
    else
        mirror_wrote(shadows, gpa, size);
}
