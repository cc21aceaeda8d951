/* wrong: one reason is kept, and the others forgotten: who takes it back opens the page.
 * fails: each reason withholds W, and all of them are kept
 * source: pitfalls P18 */
uint64_t shadow_perms(struct view view, uint64_t guest_pte, unsigned p2m_perms, unsigned reasons)
{
    uint64_t perms = guest_pte & (PTE_R | PTE_W | PTE_X);
    if (view.space.mxr && perms & PTE_X)
        perms |= PTE_R;
    if (view.space.mode == MODE_S && guest_pte & PTE_U)
        perms &= ~(uint64_t)PTE_X;
    if (view.fetches_only)
        perms &= PTE_X;
    if (!(perms & PTE_W))
        return perms & p2m_perms;
    if (!(p2m_perms & PTE_W))
        reasons = SHADOW_HELD;
    else if (!(guest_pte & PTE_D))
        reasons = SHADOW_CLEAN;
    if (reasons)
        perms &= ~(uint64_t)PTE_W;
    return (perms & p2m_perms) | reasons;
}
