/* wrong: tval is the first address of the page
 * fails: a page fault has the cause of the access's kind, and the address as tval
 * source: what students do */
bool memory_translate(const struct hart *hart, struct port *port, uint64_t va, enum access why,
                      uint64_t *pa, struct trap *trap)
{
    struct space space = why == ACCESS_FETCH ? space_of_fetch(hart) : space_of_data(hart);
    struct walk walk;
    *pa = va;
    if (space_is_bare(space))
        return true;
    switch (sv39_walk(space, port, va, why, &walk)) {
    case WALK_OK:
        *pa = walk.pa;
        return true;
    case WALK_PAGE_FAULT:
        return fail(trap, page_fault_of(why), va & ~(uint64_t)(PAGE_SIZE - 1));
    case WALK_ACCESS_FAULT:
        break;
    }
    return fail(trap, access_fault_of(why), va & ~(uint64_t)(PAGE_SIZE - 1));
}
