/* right: who is alone first. */
static enum fault unshare(pte_t *pte)
{
    pte_t bits = (*pte & ~PTE_PPN & ~(pte_t)PTE_COW) | PTE_W;
    void *old = pte_page(*pte), *now = old;
    if (page_references(old) != 1) {
        now = page_take();
        if (now == NULL)
            return FAULT_NO_MEMORY;
        memcpy(now, old, PAGE_SIZE);
    }
    *pte = pte_make(now, bits);
    if (now != old)
        page_put(old);
    return FAULT_CURED;
}
