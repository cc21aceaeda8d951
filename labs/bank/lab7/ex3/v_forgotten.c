/* wrong: V is not asked for: what the guest has unmapped by clearing it stays.
 * fails: what the guest does not map any more goes
 * source: what students do: the other bits are left by many kernels, and look like an entry */
static uint64_t allowed_by(struct view view, uint64_t pte, int level)
{
    if (!pte_is_leaf(pte) || !(pte & PTE_A) || sv39_is_malformed(pte, level))
        return 0;
    bool may_store = sv39_may(view.space, pte, ACCESS_STORE) && pte & PTE_D;
    return (sv39_may(view.space, pte, ACCESS_LOAD) ? PTE_R : 0) | (may_store ? PTE_W : 0) |
           (sv39_may(view.space, pte, ACCESS_FETCH) ? PTE_X : 0);
}
