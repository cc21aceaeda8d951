/* right: what may be stored to may be loaded from: a store's translation is kept for both */
static void keep(struct cpu *cpu, uint64_t va, struct tlb_entry entry, uint64_t frame,
                 bool is_store)
{
    unsigned i = tlb_index(va);
    if (is_store) {
        cpu->store_frames[i] = (uint32_t)frame;
        cpu->stores[i] = entry;
    }
    cpu->loads[i] = entry;
}
