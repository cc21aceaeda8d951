/* wrong: the list is linked forwards only.
 * fails: a frame knows all entries that map it, in every view
 * source: what students do: half of a doubly linked list */
void frame_link(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    link_t *head = head_of(shadows, gpa, level);
    *page_beside(shadows, link) = (struct beside){.next = *head};
    *head = link;
}
