/* wrong: the leaf stays copy-on-write, and is copied again after the next fork although it is its
 *        own.
 * fails: a leaf that was made writable is an ordinary one
 * source: pitfalls P18 */
static enum fault unshare(pte_t *pte)
{
    void *page = pte_page(*pte);
    if (page_references(page) > 1) {
        void *copy = page_take();
        if (!copy)
            return FAULT_NO_MEMORY;
        memcpy(copy, page, PAGE_SIZE);
        *pte = pte_make(copy, *pte & ~PTE_PPN);
        page_put(page);
    }
    *pte |= PTE_W;
    return FAULT_CURED;
}
