/* wrong: who watches is told of every store into a table
 * fails: who watches is told which entry changed, and of no other
 * source: pitfalls P10 */
static void entry_changes(struct cpu *cpu, const struct table *table, uint64_t pa, uint64_t old,
                          uint64_t new)
{
    if (old == new)
        return;
    uint64_t span = table->is_shared ? 0 : level_size(table->level);
    uint64_t va = table->is_shared ? 0 : table->va + (pa & (PAGE_SIZE - 1)) / 8 * span;
    drop_range(cpu, va, span);
    if (cpu->watch)
        cpu->watch->replaced(cpu->watch->owner, pa & ~(uint64_t)7);
}
