/* wrong: the ASID is taken for a part of the root's page number
 * fails: MODE and ASID are no part of the root's address
 * source: pitfalls P02 */
static enum walk_result walk_tables(const struct space *space, struct port *port, uint64_t va,
                                    enum access why, struct walk *walk)
{
    if (!sv39_is_canonical(va))
        return WALK_PAGE_FAULT;
    uint64_t table = space->satp << PAGE_SHIFT;
    for (int level = SV39_LEVELS - 1; level >= 0; level--) {
        walk->level = level;
        walk->pte_pa = table + sv39_index(va, level) * 8;
        if (!read_entry(space, port, walk))
            return WALK_ACCESS_FAULT;
        if (!(walk->pte & PTE_V) || sv39_is_malformed(walk->pte, level))
            return WALK_PAGE_FAULT;
        if (!pte_is_leaf(walk->pte)) {
            table = pte_pa(walk->pte);
            continue;
        }
        if (!sv39_may(*space, walk->pte, why))
            return WALK_PAGE_FAULT;
        walk->pa = pte_pa(walk->pte) | (va & (level_size(level) - 1));
        return sv39_use(space, port, why, walk);
    }
    return WALK_PAGE_FAULT;
}
