/* wrong: the old frame is still counted for who has a copy now.
 * fails: a copy leaves one reference less to what it was made of
 * source: what students do */
static enum fault unshare(pte_t *pte)
{
    void *page = pte_page(*pte);
    if (page_references(page) > 1) {
        void *copy = page_take();
        if (!copy)
            return FAULT_NO_MEMORY;
        memcpy(copy, page, PAGE_SIZE);
        *pte = pte_make(copy, *pte & ~PTE_PPN);
    }
    *pte = (*pte & ~(pte_t)PTE_COW) | PTE_W;
    return FAULT_CURED;
}
