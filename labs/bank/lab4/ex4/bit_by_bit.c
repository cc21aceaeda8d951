/* right: the bit moves from one place to the other. */
static pte_t shared_leaf(pte_t pte)
{
    if (!(pte & PTE_W))
        return pte;
    return pte - PTE_W + PTE_COW;
}
