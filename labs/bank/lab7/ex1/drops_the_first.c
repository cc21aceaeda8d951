/* wrong: the first entry of the list is dropped, and the others map the frame still.
 * fails: dropping a frame leaves no entry that maps it, in any view
 * source: pitfalls P13, P18 */
static unsigned drop_list(struct shadows *shadows, gpa_t gpa, int level)
{
    link_t link = *head_of(shadows, gpa, level);
    if (link)
        page_drop_entry(shadows, page_of_link(link), index_of_link(link));
    return link != 0;
}
