/* wrong: the next link is read from beside an entry that was dropped, where nothing is left.
 * fails: dropping a frame leaves no entry that maps it, in any view
 * source: what students do: a list that is changed while it is walked */
static unsigned drop_list(struct shadows *shadows, gpa_t gpa, int level)
{
    unsigned dropped = 0;
    for (link_t link = *head_of(shadows, gpa, level); link;
         link = page_beside(shadows, link)->next) {
        page_drop_entry(shadows, page_of_link(link), index_of_link(link));
        dropped++;
    }
    return dropped;
}
