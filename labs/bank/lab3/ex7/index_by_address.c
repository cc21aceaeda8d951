/* wrong: the place of a page is looked for by its address, not by its number
 * fails: a store into a table is seen by the next load
 * source: what students do */
static void drop_page(struct cpu *cpu, uint64_t va)
{
    unsigned i = va & (TLB_SIZE - 1);
    cpu->loads[i].tag = cpu->stores[i].tag = cpu->fetches[i].tag = TAG_NONE;
    cpu->store_frames[i] = UINT32_MAX;
    drop_guards(cpu, i);
}
