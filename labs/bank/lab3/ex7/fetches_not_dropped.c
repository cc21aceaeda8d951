/* wrong: fetches go on by the old translation
 * fails: a store into a table is seen by the next fetch
 * source: what students do */
static void drop_page(struct cpu *cpu, uint64_t va)
{
    unsigned i = tlb_index(va);
    cpu->loads[i].tag = cpu->stores[i].tag = TAG_NONE;
    cpu->store_frames[i] = UINT32_MAX;
    drop_guards(cpu, i);
}
