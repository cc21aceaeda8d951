/* wrong: the walk writes whatever the PMP says
 * fails: a table that the PMP keeps from being written is an access fault, and not written
 * source: what students do */
enum walk_result sv39_use(const struct space *space, struct port *port, enum access why,
                          struct walk *walk)
{
    uint64_t wanted = walk->pte | PTE_A | (access_is_write(why) ? PTE_D : 0);
    if (wanted == walk->pte)
        return WALK_OK;
    if (space->ad_faults)
        return WALK_PAGE_FAULT;
    walk->pte = wanted;
    walk->step[walk->steps - 1].pte = wanted;
    return port->store(port, walk->pte_pa, 8, ACCESS_WALK, wanted) ? WALK_OK : WALK_ACCESS_FAULT;
}
