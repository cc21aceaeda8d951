/* wrong: a frame knows the entry that mapped it last, and forgets the others.
 * fails: a frame knows all entries that map it, in every view
 * source: pitfalls P13: frame to shadow entries, not entry */
void frame_link(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    *page_beside(shadows, link) = (struct beside){0};
    *head_of(shadows, gpa, level) = link;
}
