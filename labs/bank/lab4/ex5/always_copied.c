/* wrong: the last who holds a page gets a copy as well.
 * fails: the last who has a page writes in place
 * source: what students do */
static enum fault unshare(pte_t *pte)
{
    void *page = pte_page(*pte);
    void *copy = page_take();
    if (!copy)
        return FAULT_NO_MEMORY;
    memcpy(copy, page, PAGE_SIZE);
    *pte = pte_make(copy, *pte & ~PTE_PPN);
    page_put(page);
    *pte = (*pte & ~(pte_t)PTE_COW) | PTE_W;
    return FAULT_CURED;
}
