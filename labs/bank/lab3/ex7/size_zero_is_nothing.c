/* wrong: no size is taken for no page
 * fails: a table met at two addresses is dropped in both
 * source: what students do */
static void drop_range(struct cpu *cpu, uint64_t va, uint64_t size)
{
    if (size / PAGE_SIZE >= TLB_SIZE)
        tlb_clear(cpu);
    else
        for (uint64_t at = 0; at < size; at += PAGE_SIZE)
            drop_page(cpu, va + at);
}
