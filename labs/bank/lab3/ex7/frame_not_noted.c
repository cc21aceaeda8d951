/* wrong: nobody notes which frame a kept store writes
 * fails: a page that was stored to and becomes a table is not stored to unheard
 * source: pitfalls P13 */
static void keep(struct cpu *cpu, uint64_t va, struct tlb_entry entry, uint64_t frame,
                 bool is_store)
{
    unsigned i = tlb_index(va);
    (void)frame;
    if (is_store)
        cpu->stores[i] = entry;
    else
        cpu->loads[i] = entry;
}
