/* wrong: only an entry that becomes invalid drops anything
 * fails: a store into a table is seen by the next load
 * source: what students do */
static void entry_changes(struct cpu *cpu, const struct table *table, uint64_t pa, uint64_t old,
                          uint64_t new)
{
    if (!is_used(old) || new &PTE_V)
        return;
    uint64_t span = table->is_shared ? 0 : level_size(table->level);
    uint64_t va = table->is_shared ? 0 : table->va + (pa & (PAGE_SIZE - 1)) / 8 * span;
    drop_range(cpu, va, span);
    if (cpu->watch)
        cpu->watch->replaced(cpu->watch->owner, pa & ~(uint64_t)7);
}
