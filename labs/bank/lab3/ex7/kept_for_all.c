/* wrong: a translation that was walked for a load is kept for stores, too
 * fails: a page that was loaded from sets D with its first store
 * source: pitfalls P17 */
static void keep(struct cpu *cpu, uint64_t va, struct tlb_entry entry, uint64_t frame,
                 bool is_store)
{
    unsigned i = tlb_index(va);
    (void)is_store;
    cpu->loads[i] = cpu->stores[i] = entry;
    cpu->store_frames[i] = (uint32_t)frame;
}
