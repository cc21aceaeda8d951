/* wrong: of a superpage only the first page is dropped
 * fails: a superpage that changes is dropped in all its pages
 * source: pitfalls P15 */
static void drop_range(struct cpu *cpu, uint64_t va, uint64_t size)
{
    if (size == 0)
        tlb_clear(cpu);
    else
        drop_page(cpu, va);
}
