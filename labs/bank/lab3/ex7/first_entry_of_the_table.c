/* wrong: what is dropped is what the table's first entry maps
 * fails: a store into a table is seen by the next load
 * source: what students do */
static void entry_changes(struct cpu *cpu, const struct table *table, uint64_t pa, uint64_t old,
                          uint64_t new)
{
    if (!is_used(old) || old == new)
        return;
    uint64_t span = table->is_shared ? 0 : level_size(table->level);
    drop_range(cpu, table->va, span);
    if (cpu->watch)
        cpu->watch->replaced(cpu->watch->owner, pa & ~(uint64_t)7);
}
