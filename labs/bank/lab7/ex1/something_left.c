/* wrong: what stands beside an entry that is gone stays, for the next one there.
 * fails: nothing is left beside an entry that is gone
 * source: what students do: freed, but not cleared */
void frame_unlink(struct shadows *shadows, gpa_t gpa, int level, link_t link)
{
    struct beside *beside = page_beside(shadows, link);
    if (beside->previous)
        page_beside(shadows, beside->previous)->next = beside->next;
    else
        *head_of(shadows, gpa, level) = beside->next;
    if (beside->next)
        page_beside(shadows, beside->next)->previous = beside->previous;
}
