/* wrong: what the port says of the store is ignored
 * fails: a table that cannot be written is an access fault
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
    walk->pte = wanted;
    walk->step[walk->steps - 1].pte = wanted;
    port->store(port, walk->pte_pa, 8, ACCESS_WALK, wanted);
    return WALK_OK;
}
