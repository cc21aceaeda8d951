/* wrong: what was not withheld is counted as given back.
 * fails: to give back what is not withheld does nothing
 * source: what students do: an early return is forgotten */
void shadow_give_back(struct shadows *shadows, gpa_t gpa, unsigned reason)
{
    struct frame *frame = frame_of(shadows, gpa);
    frame->reasons &= (uint8_t) ~(reason >> 8);
    chunk_of(shadows, gpa)->withheld -= frame->reasons == 0;
    for (link_t link = frame->first; link; link = page_beside(shadows, link)->next) {
        unsigned reasons = page_beside(shadows, link)->reasons, left = reasons & ~reason;
        if (reasons != left)
            page_change_leaf(shadows, link, perms_of(shadows, link) | left | (left ? 0 : PTE_W));
    }
}
