/* wrong: W is allowed where the guest has taken D back: the next store is not noticed.
 * fails: when the guest takes D back, W goes
 * source: pitfalls P17 */
static uint64_t allowed_by(struct view view, uint64_t pte, int level)
{
    if (!(pte & PTE_V) || !pte_is_leaf(pte) || !(pte & PTE_A) || sv39_is_malformed(pte, level))
        return 0;
    return (sv39_may(view.space, pte, ACCESS_LOAD) ? PTE_R : 0) |
           (sv39_may(view.space, pte, ACCESS_STORE) ? PTE_W : 0) |
           (sv39_may(view.space, pte, ACCESS_FETCH) ? PTE_X : 0);
}
