/* right: bits of a result, taken away one rule after the other. */
static uint64_t allowed_by(struct view view, uint64_t pte, int level)
{
    static const enum access whys[] = {ACCESS_LOAD, ACCESS_STORE, ACCESS_FETCH};
    uint64_t allowed = 0;
    bool is_leaf = (pte & PTE_V) && pte_is_leaf(pte) && !sv39_is_malformed(pte, level);
    if (!is_leaf)
        return 0;
    for (int i = 0; i < 3; i++)
        if (sv39_may(view.space, pte, whys[i]))
            allowed |= (uint64_t)PTE_R << i;
    if (!(pte & PTE_D))
        allowed &= ~(uint64_t)PTE_W;
    return pte & PTE_A ? allowed : 0;
}
