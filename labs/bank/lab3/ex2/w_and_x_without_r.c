/* wrong: W with X and without R is taken for legal
 * fails: a leaf with W and without R is reserved
 * source: what students do */
bool sv39_is_malformed(uint64_t pte, int level)
{
    if (pte & PTE_RESERVED || (pte & (PTE_R | PTE_W | PTE_X)) == PTE_W)
        return true;
    if (!pte_is_leaf(pte))
        return level == 0 || pte & (PTE_A | PTE_D | PTE_U);
    return pte_pa(pte) & (level_size(level) - 1);
}
