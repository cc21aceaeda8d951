/* wrong: the page number of an entry is taken for an address as it stands there
 * fails: a page is found through three tables, with the offset in it
 * source: what students do */
static enum walk_result walk_tables(const struct space *space, struct port *port, uint64_t va,
                                    enum access why, struct walk *walk)
{
    if (!sv39_is_canonical(va))
        return WALK_PAGE_FAULT;
    uint64_t table = (space->satp & SATP_PPN) << PAGE_SHIFT;
    for (int level = SV39_LEVELS - 1; level >= 0; level--) {
        walk->level = level;
        walk->pte_pa = table + sv39_index(va, level) * 8;
        if (!read_entry(space, port, walk))
            return WALK_ACCESS_FAULT;
        if (!(walk->pte & PTE_V) || sv39_is_malformed(walk->pte, level))
            return WALK_PAGE_FAULT;
        if (!pte_is_leaf(walk->pte)) {
            table = walk->pte & PTE_PPN;
            continue;
        }
        if (!sv39_may(*space, walk->pte, why))
            return WALK_PAGE_FAULT;
        walk->pa = (walk->pte & PTE_PPN) | (va & (level_size(level) - 1));
        return sv39_use(space, port, why, walk);
    }
    return WALK_PAGE_FAULT;
}
