/* wrong: the page is made writable where it is, and parent and child share what one of them writes.
 * fails: a store to a shared page makes a copy
 * source: what students do */
static enum fault unshare(pte_t *pte)
{
    *pte = (*pte & ~(pte_t)PTE_COW) | PTE_W;
    return FAULT_CURED;
}
