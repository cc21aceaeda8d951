/* wrong: MXR is applied last, over what the p2m withholds.
 * fails: what MXR makes readable is the p2m's to grant, too
 * source: what students do: the order of two rules */
uint64_t shadow_perms(struct view view, uint64_t guest_pte, unsigned p2m_perms, unsigned reasons)
{
    uint64_t perms = guest_pte & (PTE_R | PTE_W | PTE_X);
    bool is_code = perms & PTE_X;
    if (view.space.mode == MODE_S && guest_pte & PTE_U)
        perms &= ~(uint64_t)PTE_X;
    if (view.fetches_only)
        perms &= PTE_X;
    uint64_t more = view.space.mxr && is_code && !view.fetches_only ? PTE_R : 0;
    if (!(perms & PTE_W))
        return (perms & p2m_perms) | more;
    reasons |= guest_pte & PTE_D ? 0 : SHADOW_CLEAN;
    reasons |= p2m_perms & PTE_W ? 0 : SHADOW_HELD;
    if (reasons)
        perms &= ~(uint64_t)PTE_W;
    return (perms & p2m_perms) | more | reasons;
}
