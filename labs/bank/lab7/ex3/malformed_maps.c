/* wrong: an entry that hardware would not take is taken.
 * fails: what is malformed maps nothing
 * source: pitfalls P08 */
static uint64_t allowed_by(struct view view, uint64_t pte, int level)
{
    (void)level;
    if (!(pte & PTE_V) || !pte_is_leaf(pte) || !(pte & PTE_A))
        return 0;
    bool may_store = sv39_may(view.space, pte, ACCESS_STORE) && pte & PTE_D;
    return (sv39_may(view.space, pte, ACCESS_LOAD) ? PTE_R : 0) | (may_store ? PTE_W : 0) |
           (sv39_may(view.space, pte, ACCESS_FETCH) ? PTE_X : 0);
}
