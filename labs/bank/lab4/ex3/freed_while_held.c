/* wrong: the frame is freed while one reference is left.
 * fails: a frame is free when its last reference goes
 * source: what students do */
void page_put(void *page)
{
    if (atomic_add(count_of(page), (uint32_t)-1) > 1)
        return;
    struct free_page *free = page;
    free->next = memory.returned;
    memory.returned = free;
    memory.returned_pages++;
}
