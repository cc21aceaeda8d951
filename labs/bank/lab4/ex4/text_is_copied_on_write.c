/* wrong: what could only be read becomes copy-on-write as well, and then writable.
 * fails: what could only be read is no copy-on-write page
 * source: what students do */
static pte_t shared_leaf(pte_t pte)
{
    return (pte & ~(pte_t)PTE_W) | PTE_COW;
}
