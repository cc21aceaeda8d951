/* right: the next link is read before the entry goes. */
static unsigned drop_list(struct shadows *shadows, gpa_t gpa, int level)
{
    unsigned count = 0;
    link_t link = *head_of(shadows, gpa, level);
    while (link) {
        link_t next = page_beside(shadows, link)->next;
        page_drop_entry(shadows, page_of_link(link), index_of_link(link));
        link = next;
        count++;
    }
    return count;
}
