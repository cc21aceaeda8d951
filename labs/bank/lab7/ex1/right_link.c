/* right: field by field. */
void frame_link(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    struct beside *beside = page_beside(shadows, link);
    link_t *head = head_of(shadows, gpa, level), second = *head;
    beside->previous = 0;
    beside->reasons = 0;
    beside->next = second & 0xffffff;
    *head = link;
    if (second != 0)
        page_beside(shadows, second)->previous = link & 0xffffff;
}
