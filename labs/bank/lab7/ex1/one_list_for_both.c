/* wrong: entries of 2 MiB stand in the list of their first frame.
 * fails: an entry of 2 MiB stands in the list of its 2 MiB
 * source: what students do: the level is not looked at */
void frame_link(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    link_t *head = head_of(shadows, gpa, 0 * level);
    *page_beside(shadows, link) = (struct beside){.next = *head};
    if (*head)
        page_beside(shadows, *head)->previous = link;
    *head = link;
}
