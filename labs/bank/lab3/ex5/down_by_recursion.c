/* right: a table at a time, each by a call */
static enum walk_result walk_table(const struct space *space, struct port *port, uint64_t va,
                                   enum access why, struct walk *walk, uint64_t table)
{
    int level = walk->level;
    walk->pte_pa = table + (sv39_index(va, level) << 3);
    if (!read_entry(space, port, walk))
        return WALK_ACCESS_FAULT;
    bool is_legal = walk->pte & PTE_V && !sv39_is_malformed(walk->pte, level);
    if (is_legal && pte_is_leaf(walk->pte)) {
        walk->pa = pte_pa(walk->pte) + va % level_size(level);
        return sv39_may(*space, walk->pte, why) ? sv39_use(space, port, why, walk)
                                                : WALK_PAGE_FAULT;
    }
    if (!is_legal)
        return WALK_PAGE_FAULT;
    walk->level--;
    return walk_table(space, port, va, why, walk, pte_pa(walk->pte));
}

static enum walk_result walk_tables(const struct space *space, struct port *port, uint64_t va,
                                    enum access why, struct walk *walk)
{
    uint64_t root = (space->satp & SATP_PPN) * PAGE_SIZE;
    return sv39_is_canonical(va) ? walk_table(space, port, va, why, walk, root) : WALK_PAGE_FAULT;
}
