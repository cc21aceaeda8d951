/* wrong: the first entry that maps the frame loses W: aliases and other views still write.
 * fails: what is withheld is writable in no view, and the hardware is told
 * source: pitfalls P13, P12 */
void shadow_withhold(struct shadows *shadows, gpa_t gpa, unsigned reason)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (frame->reasons & reason >> 8)
        return;
    chunk_of(shadows, gpa)->withheld += frame->reasons == 0;
    frame->reasons |= (uint8_t)(reason >> 8);
    drop_list(shadows, gpa, 1);
    link_t link = frame->first;
    if (!link)
        return;
    uint64_t perms = perms_of(shadows, link);
    unsigned reasons = page_beside(shadows, link)->reasons;
    if (perms & PTE_W || reasons)
        page_change_leaf(shadows, link, (perms & ~(uint64_t)PTE_W) | reasons | reason);
}
