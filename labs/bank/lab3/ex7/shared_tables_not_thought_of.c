/* wrong: a table is taken to be met at one address only
 * fails: a table met at two addresses is dropped in both
 * source: pitfalls P13 */
static void entry_changes(struct cpu *cpu, const struct table *table, uint64_t pa, uint64_t old,
                          uint64_t new)
{
    if (!is_used(old) || old == new)
        return;
    uint64_t span = level_size(table->level);
    drop_range(cpu, table->va + (pa & (PAGE_SIZE - 1)) / 8 * span, span);
    if (cpu->watch)
        cpu->watch->replaced(cpu->watch->owner, pa & ~(uint64_t)7);
}
