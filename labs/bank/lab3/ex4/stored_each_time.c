/* wrong: the entry is stored whether it has changed or not
 * fails: what is set already is not stored again
 * source: what students do */
enum walk_result sv39_use(const struct space *space, struct port *port, enum access why,
                          struct walk *walk)
{
    uint64_t wanted = walk->pte | PTE_A | (access_is_write(why) ? PTE_D : 0);
    bool is_new = wanted != walk->pte;
    if (is_new && space->ad_faults)
        return WALK_PAGE_FAULT;
    if (is_new && !may_touch(space, walk->pte_pa, PMP_W))
        return WALK_ACCESS_FAULT;
    bool is_stored = port->store(port, walk->pte_pa, 8, ACCESS_WALK, wanted);
    walk->pte = wanted;
    walk->step[walk->steps - 1].pte = wanted;
    return is_stored || !is_new ? WALK_OK : WALK_ACCESS_FAULT;
}
