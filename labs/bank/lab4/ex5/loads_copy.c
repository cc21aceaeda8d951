/* wrong: a load of a shared page makes a copy, too.
 * fails: a load of a shared page copies nothing
 * source: what students do */
enum fault space_fault(struct space *space, uint64_t va, enum access access)
{
    const struct region *region = region_of(space, va);
    if (!region || !(region->permission & needed(access)))
        return FAULT_BAD_ACCESS;
    pte_t *pte = walk(space, va, true);
    if (!pte)
        return FAULT_NO_MEMORY;
    enum fault result = FAULT_CURED;
    if (!(*pte & PTE_V)) {
        void *page = page_take_zeroed();
        if (!page)
            return FAULT_NO_MEMORY;
        *pte = pte_make(page, LEAF | region->permission);
    } else if (*pte & PTE_COW) {
        result = unshare(pte);
    }
    fence_page(va, space->asid);
    return result;
}
