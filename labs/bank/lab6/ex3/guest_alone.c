/* wrong: what the guest grants is granted; the p2m is not asked.
 * fails: no more is granted than the p2m grants
 * source: what students do: the shadow is a copy of the guest's entry */
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
        return perms;
    reasons |= guest_pte & PTE_D ? 0 : SHADOW_CLEAN;
    reasons |= p2m_perms & PTE_W ? 0 : SHADOW_HELD;
    if (reasons)
        perms &= ~(uint64_t)PTE_W;
    return perms | reasons;
}
