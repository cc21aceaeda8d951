/* wrong: the neighbours are joined, but the head of the list still is the entry that is gone.
 * fails: an entry leaves its list from any place in it
 * source: what students do: the first element is no special case */
void frame_unlink(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    (void)gpa, (void)level;
    struct beside *beside = page_beside(shadows, link);
    if (beside->previous)
        page_beside(shadows, beside->previous)->next = beside->next;
    if (beside->next)
        page_beside(shadows, beside->next)->previous = beside->previous;
    *beside = (struct beside){0};
}
