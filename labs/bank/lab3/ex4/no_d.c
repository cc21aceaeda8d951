/* wrong: D is never set
 * fails: a first store or AMO sets A and D
 * source: pitfalls P17 */
enum walk_result sv39_use(const struct space *space, struct port *port, enum access why,
                          struct walk *walk)
{
    uint64_t wanted = walk->pte | PTE_A;
    (void)why;
    if (wanted == walk->pte)
        return WALK_OK;
    if (space->ad_faults)
        return WALK_PAGE_FAULT;
    if (!may_touch(space, walk->pte_pa, PMP_W))
        return WALK_ACCESS_FAULT;
    walk->pte = wanted;
    walk->step[walk->steps - 1].pte = wanted;
    return port->store(port, walk->pte_pa, 8, ACCESS_WALK, wanted) ? WALK_OK : WALK_ACCESS_FAULT;
}
