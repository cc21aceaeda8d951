/* right: the last reference is one that is asked for first. */
void page_put(void *page)
{
    uint32_t left = atomic_add(count_of(page), UINT32_MAX);
    if (left == 0) {
        struct free_page *first = memory.returned;
        memory.returned = page;
        memory.returned->next = first;
        memory.returned_pages = memory.returned_pages + 1;
    }
}
