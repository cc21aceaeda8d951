/* wrong: entries of 2 MiB over the frame keep W.
 * fails: entries of 2 MiB with a frame that is withheld come back in pieces
 * source: pitfalls P15: the sizes of pages */
void shadow_withhold(struct shadows *shadows, gpa_t gpa, unsigned reason)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (frame->reasons & reason >> 8)
        return;
    chunk_of(shadows, gpa)->withheld += frame->reasons == 0;
    frame->reasons |= (uint8_t)(reason >> 8);
    for (link_t link = frame->first; link; link = page_beside(shadows, link)->next) {
        uint64_t perms = perms_of(shadows, link);
        unsigned reasons = page_beside(shadows, link)->reasons;
        if (perms & PTE_W || reasons)
            page_change_leaf(shadows, link, (perms & ~(uint64_t)PTE_W) | reasons | reason);
    }
}
