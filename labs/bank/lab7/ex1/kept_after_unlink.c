/* wrong: what is gone stays in the list: the reverse map is kept after unlink.
 * fails: an entry leaves its list from any place in it
 * source: what students do: a pointer to what was freed */
void frame_unlink(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    struct beside *beside = page_beside(shadows, link);
    if (!beside->previous)
        *head_of(shadows, gpa, level) = beside->next;
    if (!beside->previous && beside->next)
        page_beside(shadows, beside->next)->previous = 0;
    if (!beside->previous)
        *beside = (struct beside){0};
}
