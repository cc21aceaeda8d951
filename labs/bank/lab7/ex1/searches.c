/* wrong: the entry is searched for from the head of its list: a shared frame makes each drop slow.
 * fails: to leave a long list is no more work than to leave a short one
 * source: what students do: a singly linked list's way; pitfalls P40: work that a guest can make
 * large */
void frame_unlink(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    link_t before = 0, at = *head_of(shadows, gpa, level);
    while (at && at != link) {
        before = at;
        at = page_beside(shadows, at)->next;
    }
    link_t next = page_beside(shadows, link)->next;
    if (before)
        page_beside(shadows, before)->next = next;
    else
        *head_of(shadows, gpa, level) = next;
    if (next)
        page_beside(shadows, next)->previous = before;
    *page_beside(shadows, link) = (struct beside){0};
}
