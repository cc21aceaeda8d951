/* wrong: only what loads use is dropped
 * fails: a store into a table is seen by the next store
 * source: what students do */
static void drop_page(struct cpu *cpu, uint64_t va)
{
    unsigned i = tlb_index(va);
    cpu->loads[i].tag = cpu->fetches[i].tag = TAG_NONE;
    drop_guards(cpu, i);
}
