/* wrong: A, D and U of a pointer are not looked at
 * fails: A, D and U are reserved in a pointer
 * source: pitfalls P08 */
bool sv39_is_malformed(uint64_t pte, int level)
{
    if (pte & PTE_RESERVED || (pte & (PTE_R | PTE_W)) == PTE_W)
        return true;
    if (!pte_is_leaf(pte))
        return level == 0;
    return pte_pa(pte) & (level_size(level) - 1);
}
