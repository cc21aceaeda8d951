/* wrong: the new frame has not the bytes of the old.
 * fails: a store to a shared page makes a copy
 * source: what students do */
static enum fault unshare(pte_t *pte)
{
    void *page = pte_page(*pte);
    if (page_references(page) > 1) {
        void *copy = page_take();
        if (!copy)
            return FAULT_NO_MEMORY;
        memset(copy, 0, PAGE_SIZE);
        *pte = pte_make(copy, *pte & ~PTE_PPN);
        page_put(page);
    }
    *pte = (*pte & ~(pte_t)PTE_COW) | PTE_W;
    return FAULT_CURED;
}
