/* right: an entry at a time, with a pass that begins anew after a pointer went. */
void mirror_wrote(struct shadows *shadows, gpa_t gpa, uint64_t size)
{
    const uint64_t *table = guest_table(shadows, gpa);
    uint64_t offset = gpa.a % PAGE_SIZE;
    for (uint64_t at = offset / 8 * 8; at < offset + size; at += 8) {
        unsigned index = (unsigned)(at / 8);
        bool again;
        do {
            again = false;
            unsigned mirror = frame_of(shadows, gpa)->mirrors;
            for (; mirror && !again; mirror = shadows->page[mirror - 1].next_mirror)
                again = follow_entry(shadows, mirror - 1, index, table[index]);
        } while (again);
    }
}
