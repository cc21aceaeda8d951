/* right: what an entry shall grant is worked out first. */
void shadow_withhold(struct shadows *shadows, gpa_t gpa, unsigned reason)
{
    struct frame *frame = frame_of(shadows, gpa);
    bool has_it = (unsigned)frame->reasons << 8 & reason;
    if (has_it)
        return;
    drop_list(shadows, gpa, 1);
    link_t link = frame->first;
    while (link) {
        unsigned beside = page_beside(shadows, link)->reasons;
        uint64_t may = perms_of(shadows, link);
        bool is_granted_w = (may & PTE_W) != 0 || beside != 0;
        may &= PTE_R | PTE_X;
        if (is_granted_w)
            page_change_leaf(shadows, link, may | beside | reason);
        link = page_beside(shadows, link)->next;
    }
    if (!frame->reasons)
        chunk_of(shadows, gpa)->withheld++;
    frame->reasons = (uint8_t)(frame->reasons | reason >> 8);
}
