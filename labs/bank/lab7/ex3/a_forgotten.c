/* wrong: A is not asked for: the guest, which ages its pages, never sees them used.
 * fails: when the guest takes A back, the page goes
 * source: pitfalls P17 */
static uint64_t allowed_by(struct view view, uint64_t pte, int level)
{
    if (!(pte & PTE_V) || !pte_is_leaf(pte) || sv39_is_malformed(pte, level))
        return 0;
    bool may_store = sv39_may(view.space, pte, ACCESS_STORE) && pte & PTE_D;
    return (sv39_may(view.space, pte, ACCESS_LOAD) ? PTE_R : 0) | (may_store ? PTE_W : 0) |
           (sv39_may(view.space, pte, ACCESS_FETCH) ? PTE_X : 0);
}
