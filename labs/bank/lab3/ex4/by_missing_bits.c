/* right: the bits that are missing */
enum walk_result sv39_use(const struct space *space, struct port *port, enum access why,
                          struct walk *walk)
{
    uint64_t missing = PTE_A;
    if (access_is_write(why))
        missing |= PTE_D;
    missing &= ~walk->pte;
    if (missing && space->ad_faults)
        return WALK_PAGE_FAULT;
    if (missing) {
        uint64_t *last = &walk->step[walk->steps - 1].pte;
        if (!may_touch(space, walk->pte_pa, PMP_W) ||
            !port->store(port, walk->pte_pa, 8, ACCESS_WALK, walk->pte + missing))
            return WALK_ACCESS_FAULT;
        *last = walk->pte += missing;
    }
    return WALK_OK;
}
