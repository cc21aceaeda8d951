/* wrong: a superpage may lie anywhere
 * fails: a superpage lies at a multiple of its size
 * source: pitfalls P08 */
bool sv39_is_malformed(uint64_t pte, int level)
{
    if (pte & PTE_RESERVED || (pte & (PTE_R | PTE_W)) == PTE_W)
        return true;
    if (!pte_is_leaf(pte))
        return level == 0 || pte & (PTE_A | PTE_D | PTE_U);
    return false;
}
