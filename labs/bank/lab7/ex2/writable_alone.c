/* wrong: only an entry that has W gets the reason: one that another withholds does not know of it.
 * fails: who takes a reason back does not open what another withholds
 * source: pitfalls P18 */
void shadow_withhold(struct shadows *shadows, gpa_t gpa, unsigned reason)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (frame->reasons & reason >> 8)
        return;
    chunk_of(shadows, gpa)->withheld += frame->reasons == 0;
    frame->reasons |= (uint8_t)(reason >> 8);
    drop_list(shadows, gpa, 1);
    for (link_t link = frame->first; link; link = page_beside(shadows, link)->next) {
        uint64_t perms = perms_of(shadows, link);
        unsigned reasons = page_beside(shadows, link)->reasons;
        if (perms & PTE_W)
            page_change_leaf(shadows, link, (perms & ~(uint64_t)PTE_W) | reasons | reason);
    }
}
