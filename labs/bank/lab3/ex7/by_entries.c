/* right: entries made empty one by one */
static void drop_page(struct cpu *cpu, uint64_t va)
{
    unsigned i = tlb_index(va);
    drop_guards(cpu, i);
    cpu->store_frames[i] = UINT32_MAX;
    cpu->stores[i] = (struct tlb_entry){.tag = TAG_NONE};
    cpu->loads[i] = (struct tlb_entry){.tag = TAG_NONE};
    cpu->fetches[i].tag = TAG_NONE;
}
