/* wrong: W without R is a page that can only be written
 * fails: a leaf with W and without R is reserved
 * source: pitfalls P08 */
bool sv39_is_malformed(uint64_t pte, int level)
{
    if (pte & PTE_RESERVED)
        return true;
    if (!pte_is_leaf(pte))
        return level == 0 || pte & (PTE_A | PTE_D | PTE_U);
    return pte_pa(pte) & (level_size(level) - 1);
}
