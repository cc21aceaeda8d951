/* wrong: memory is updated, and the walk keeps the old entry
 * fails: the walk has the entry as it is in memory now
 * source: what students do */
enum walk_result sv39_use(const struct space *space, struct port *port, enum access why,
                          struct walk *walk)
{
    uint64_t wanted = walk->pte | PTE_A | (access_is_write(why) ? PTE_D : 0);
    if (wanted == walk->pte)
        return WALK_OK;
    if (space->ad_faults)
        return WALK_PAGE_FAULT;
    if (!may_touch(space, walk->pte_pa, PMP_W))
        return WALK_ACCESS_FAULT;
    return port->store(port, walk->pte_pa, 8, ACCESS_WALK, wanted) ? WALK_OK : WALK_ACCESS_FAULT;
}
