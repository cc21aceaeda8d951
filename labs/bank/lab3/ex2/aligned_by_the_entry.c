/* wrong: the alignment is asked of the entry instead of the address
 * fails: pages and pointers as they usually are can be used
 * source: what students do */
bool sv39_is_malformed(uint64_t pte, int level)
{
    if (pte & PTE_RESERVED || (pte & (PTE_R | PTE_W)) == PTE_W)
        return true;
    if (!pte_is_leaf(pte))
        return level == 0 || pte & (PTE_A | PTE_D | PTE_U);
    return pte & (level_size(level) - 1) & ~(uint64_t)0x3ff;
}
