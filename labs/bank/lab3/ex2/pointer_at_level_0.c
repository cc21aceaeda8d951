/* wrong: a pointer at level 0 is well formed
 * fails: a pointer at level 0 leads nowhere
 * source: pitfalls P08 */
bool sv39_is_malformed(uint64_t pte, int level)
{
    if (pte & PTE_RESERVED || (pte & (PTE_R | PTE_W)) == PTE_W)
        return true;
    if (!pte_is_leaf(pte))
        return pte & (PTE_A | PTE_D | PTE_U);
    return pte_pa(pte) & (level_size(level) - 1);
}
