/* right: a case a combination of R, W and X */
bool sv39_is_malformed(uint64_t pte, int level)
{
    if (pte >> 54)
        return true;
    switch (pte & (PTE_R | PTE_W | PTE_X)) {
    case 0:
        return level == 0 || (pte & (PTE_U | PTE_A | PTE_D)) != 0;
    case PTE_W:
    case PTE_W | PTE_X:
        return true;
    default:
        return pte_pa(pte) % level_size(level) != 0;
    }
}
