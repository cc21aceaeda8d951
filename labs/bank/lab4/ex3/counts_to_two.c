/* wrong: sharing sets the count to two, as if there were only one child.
 * fails: a frame that is shared has one reference more
 * source: what students do */
void page_share(void *page)
{
    uint32_t *count = count_of(page);
    atomic_add(count, 2 - *count);
}
