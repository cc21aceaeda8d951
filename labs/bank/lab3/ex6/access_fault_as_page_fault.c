/* wrong: where a table is nowhere, it is a page fault
 * fails: an access fault has the cause of the access's kind, and the address as tval
 * source: pitfalls P04 */
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
        return fail(trap, page_fault_of(why), va);
    case WALK_ACCESS_FAULT:
        break;
    }
    return fail(trap, page_fault_of(why), va);
}
