/* right: the cause is found first, then the trap is filled */
bool memory_translate(const struct hart *hart, struct port *port, uint64_t va, enum access why,
                      uint64_t *pa, struct trap *trap)
{
    struct space space = space_of_data(hart);
    if (why == ACCESS_FETCH)
        space = space_of_fetch(hart);
    if (space_is_bare(space)) {
        *pa = va;
        return true;
    }
    struct walk walk = {.steps = 0};
    enum walk_result result = sv39_walk(space, port, va, why, &walk);
    *pa = walk.pa;
    if (result == WALK_OK)
        return true;
    bool is_page_fault = result == WALK_PAGE_FAULT;
    trap->cause = is_page_fault ? page_fault_of(why) : access_fault_of(why);
    trap->tval = va;
    return false;
}
