/* right: the two cures as two ways, each with its fence. */
static enum fault give_page(pte_t *pte, uint64_t permission)
{
    void *page = page_take_zeroed();
    if (page)
        *pte = pte_make(page, permission | LEAF);
    return page ? FAULT_CURED : FAULT_NO_MEMORY;
}

enum fault space_fault(struct space *space, uint64_t va, enum access access)
{
    enum fault result = FAULT_CURED;
    const struct region *region = region_of(space, va);
    bool is_permitted = region && (region->permission & needed(access)) != 0;
    pte_t *pte = is_permitted ? walk(space, va, true) : NULL;
    if (!is_permitted)
        return FAULT_BAD_ACCESS;
    if (!pte)
        return FAULT_NO_MEMORY;
    bool is_there = (*pte & PTE_V) != 0;
    if (!is_there)
        result = give_page(pte, region->permission);
    else if ((*pte & PTE_COW) && access == ACCESS_STORE)
        result = unshare(pte);
    fence_asid(space->asid);
    return result;
}
