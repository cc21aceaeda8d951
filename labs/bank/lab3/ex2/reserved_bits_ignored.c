/* wrong: bits 63 to 54 are not looked at
 * fails: bits 63 to 54 must be zero, in a leaf and in a pointer
 * source: pitfalls P08 */
bool sv39_is_malformed(uint64_t pte, int level)
{
    if ((pte & (PTE_R | PTE_W)) == PTE_W)
        return true;
    if (!pte_is_leaf(pte))
        return level == 0 || pte & (PTE_A | PTE_D | PTE_U);
    return pte_pa(pte) & (level_size(level) - 1);
}
