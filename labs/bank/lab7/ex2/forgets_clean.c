/* wrong: when the frame has no reason any more, W comes back, though a leaf is not dirty.
 * fails: a page that is not dirty stays so
 * source: pitfalls P17, P18: clean is a reason of the leaf, not of the frame */
void shadow_give_back(struct shadows *shadows, gpa_t gpa, unsigned reason)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (!(frame->reasons & reason >> 8))
        return;
    frame->reasons &= (uint8_t) ~(reason >> 8);
    chunk_of(shadows, gpa)->withheld -= frame->reasons == 0;
    for (link_t link = frame->first; link; link = page_beside(shadows, link)->next) {
        unsigned reasons = page_beside(shadows, link)->reasons, left = reasons & ~reason;
        if (reasons != left)
            page_change_leaf(shadows, link,
                             perms_of(shadows, link) |
                                 (frame->reasons ? left | frame->reasons << 8 : PTE_W));
    }
}
