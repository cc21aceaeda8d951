/* wrong: an entry is known by its page alone, and no space finds it again
 * fails: a page that was loaded from is not walked for again
 * source: what students do: the TLB is taken for a table of the machine's */
static uint64_t tag_of(uint64_t va, uint64_t space)
{
    (void)space;
    return va >> PAGE_SHIFT;
}
