/* wrong: the frame is wiped at every put, whoever still has it.
 * fails: a frame that is still held keeps its bytes
 * source: what students do */
void page_put(void *page)
{
    memset(page, 0, PAGE_SIZE);
    if (atomic_add(count_of(page), (uint32_t)-1))
        return;
    struct free_page *free = page;
    free->next = memory.returned;
    memory.returned = free;
    memory.returned_pages++;
}
