/* wrong: Sv39 is on when satp says so, in M too
 * fails: in M addresses are physical, whatever satp says
 * source: what students do */
bool memory_translate(const struct hart *hart, struct port *port, uint64_t va, enum access why,
                      uint64_t *pa, struct trap *trap)
{
    struct space space = why == ACCESS_FETCH ? space_of_fetch(hart) : space_of_data(hart);
    struct walk walk;
    *pa = va;
    if (space.satp >> SATP_MODE_SHIFT == SATP_MODE_BARE)
        return true;
    switch (sv39_walk(space, port, va, why, &walk)) {
    case WALK_OK:
        *pa = walk.pa;
        return true;
    case WALK_PAGE_FAULT:
        return fail(trap, page_fault_of(why), va);
    case WALK_ACCESS_FAULT:
        break;
    }
    return fail(trap, access_fault_of(why), va);
}
