/* right: the leaves first, then the frame, then its 2 MiB. */
void shadow_give_back(struct shadows *shadows, gpa_t gpa, unsigned reason)
{
    if (!(shadow_withheld(shadows, gpa) & reason))
        return;
    struct frame *frame = frame_of(shadows, gpa);
    link_t link = frame->first;
    while (link) {
        unsigned beside = page_beside(shadows, link)->reasons;
        if (beside & reason) {
            uint64_t grant = perms_of(shadows, link) | (beside & ~reason);
            if (beside == (beside & reason))
                grant |= PTE_W;
            page_change_leaf(shadows, link, grant);
        }
        link = page_beside(shadows, link)->next;
    }
    frame->reasons = (uint8_t)(frame->reasons & ~(reason >> 8));
    if (!frame->reasons)
        chunk_of(shadows, gpa)->withheld--;
}
