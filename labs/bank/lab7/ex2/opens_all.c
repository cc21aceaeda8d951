/* wrong: who takes one reason back gives W back, whatever others there are.
 * fails: who takes a reason back does not open what another withholds
 * source: pitfalls P18 */
void shadow_give_back(struct shadows *shadows, gpa_t gpa, unsigned reason)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (!(frame->reasons & reason >> 8))
        return;
    frame->reasons &= (uint8_t) ~(reason >> 8);
    chunk_of(shadows, gpa)->withheld -= frame->reasons == 0;
    for (link_t link = frame->first; link; link = page_beside(shadows, link)->next) {
        unsigned reasons = page_beside(shadows, link)->reasons;
        if (reasons & reason)
            page_change_leaf(shadows, link, perms_of(shadows, link) | (reasons & ~reason) | PTE_W);
    }
}
