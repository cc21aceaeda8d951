/* wrong: a change drops 4 KiB, whatever the entry maps
 * fails: a superpage that changes is dropped in all its pages
 * source: pitfalls P15 */
static void entry_changes(struct cpu *cpu, const struct table *table, uint64_t pa, uint64_t old,
                          uint64_t new)
{
    if (!is_used(old) || old == new)
        return;
    uint64_t span = level_size(table->level);
    uint64_t va = table->va + (pa & (PAGE_SIZE - 1)) / 8 * span;
    drop_range(cpu, table->is_shared ? 0 : va, table->is_shared ? 0 : PAGE_SIZE);
    if (cpu->watch)
        cpu->watch->replaced(cpu->watch->owner, pa & ~(uint64_t)7);
}
