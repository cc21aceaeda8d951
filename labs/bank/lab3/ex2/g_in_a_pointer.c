/* wrong: G in a pointer is taken for reserved, as A, D and U are
 * fails: G and the two bits for software may be set everywhere
 * source: what students do */
bool sv39_is_malformed(uint64_t pte, int level)
{
    if (pte & PTE_RESERVED || (pte & (PTE_R | PTE_W)) == PTE_W)
        return true;
    if (!pte_is_leaf(pte))
        return level == 0 || pte & (PTE_A | PTE_D | PTE_U | PTE_G);
    return pte_pa(pte) & (level_size(level) - 1);
}
