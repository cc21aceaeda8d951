/* wrong: the count goes down, and the frame is lost.
 * fails: a frame is free when its last reference goes
 * source: what students do */
void page_put(void *page)
{
    atomic_add(count_of(page), (uint32_t)-1);
}
