/* right: a place of the TLB at a time */
static void drop_range(struct cpu *cpu, uint64_t va, uint64_t size)
{
    uint64_t pages = size ? size >> PAGE_SHIFT : TLB_SIZE;
    if (pages > TLB_SIZE)
        pages = TLB_SIZE;
    for (uint64_t first = va >> PAGE_SHIFT, page = first; page < first + pages; page++)
        drop_page(cpu, page << PAGE_SHIFT);
}
