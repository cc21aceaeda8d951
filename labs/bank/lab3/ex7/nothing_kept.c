/* wrong: every access is walked for
 * fails: a page that was loaded from is not walked for again
 * source: what students do: the slow path answers, and nobody sees that it always does */
static void keep(struct cpu *cpu, uint64_t va, struct tlb_entry entry, uint64_t frame,
                 bool is_store)
{
    unsigned i = tlb_index(va);
    (void)cpu, (void)entry, (void)frame, (void)is_store, (void)i;
}
