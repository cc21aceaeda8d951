/* right: the whole TLB goes: dropping too much is never wrong */
static void entry_changes(struct cpu *cpu, const struct table *table, uint64_t pa, uint64_t old,
                          uint64_t new)
{
    (void)table;
    if (old == new || !is_used(old))
        return;
    tlb_clear(cpu);
    if (cpu->watch)
        cpu->watch->replaced(cpu->watch->owner, pa & ~(uint64_t)7);
}
