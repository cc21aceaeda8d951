/* right: sizes first. */
static void wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    bool is_entry = size <= 8;
    if (!shadows->parts.is_stale && is_entry)
        mirror_wrote(shadows, gpa, size);
    else if (!shadows->parts.is_stale)
        mirror_end(shadows, gpa);
    else
        mirror_be_late(shadows, gpa);
}
