/* wrong: W is taken in memory, and the hardware is not told: its TLB lets stores go by.
 * fails: what is withheld is writable in no view, and the hardware is told
 * source: what students do: a page table is thought to be memory alone */
void shadow_withhold(struct shadows *shadows, gpa_t gpa, unsigned reason)
{
    struct frame *frame = frame_of(shadows, gpa);
    if (frame->reasons & reason >> 8)
        return;
    chunk_of(shadows, gpa)->withheld += frame->reasons == 0;
    frame->reasons |= (uint8_t)(reason >> 8);
    drop_list(shadows, gpa, 1);
    for (link_t link = frame->first; link; link = page_beside(shadows, link)->next) {
        struct beside *beside = page_beside(shadows, link);
        uint64_t *entry = &page_table(shadows, page_of_link(link))[index_of_link(link)];
        if (*entry & PTE_W || beside->reasons) {
            *entry &= ~(uint64_t)PTE_W;
            beside->reasons |= reason & SHADOW_REASONS;
        }
    }
}
