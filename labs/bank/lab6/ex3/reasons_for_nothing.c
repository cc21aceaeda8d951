/* wrong: a page that the guest may not write has reasons, and gets W when they are taken back.
 * fails: a page that the guest may not write has no reasons: nothing is withheld
 * source: pitfalls P18: one mechanism undoes another */
uint64_t shadow_perms(struct view view, uint64_t guest_pte, unsigned p2m_perms, unsigned reasons)
{
    uint64_t perms = guest_pte & (PTE_R | PTE_W | PTE_X);
    if (view.space.mxr && perms & PTE_X)
        perms |= PTE_R;
    if (view.space.mode == MODE_S && guest_pte & PTE_U)
        perms &= ~(uint64_t)PTE_X;
    if (view.fetches_only)
        perms &= PTE_X;
    reasons |= guest_pte & PTE_D ? 0 : SHADOW_CLEAN;
    reasons |= p2m_perms & PTE_W ? 0 : SHADOW_HELD;
    if (reasons)
        perms &= ~(uint64_t)PTE_W;
    return (perms & p2m_perms) | reasons;
}
