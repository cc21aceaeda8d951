/* wrong: the frame that was freed before is forgotten.
 * fails: what is free is given out again, each frame once
 * source: what students do */
void page_put(void *page)
{
    if (atomic_add(count_of(page), (uint32_t)-1))
        return;
    struct free_page *free = page;
    free->next = NULL;
    memory.returned = free;
    memory.returned_pages++;
}
