/* right: where the link stands that leads here is found first. */
void frame_unlink(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    struct beside was = *page_beside(shadows, link);
    *page_beside(shadows, link) = (struct beside){.next = 0};
    if (was.next != 0)
        page_beside(shadows, was.next)->previous = was.previous;
    if (was.previous == 0) {
        link_t *head = head_of(shadows, gpa, level);
        *head = was.next;
        return;
    }
    page_beside(shadows, was.previous)->next = was.next;
}
