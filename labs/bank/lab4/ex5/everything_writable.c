/* wrong: each page can be read and written, whatever its region says.
 * fails: a page gets its region's permission
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
        *pte = pte_make(page, LEAF | PTE_R | PTE_W | (region->permission & PTE_X));
    } else if (access == ACCESS_STORE && *pte & PTE_COW) {
        result = unshare(pte);
    }
    fence_page(va, space->asid);
    return result;
}
