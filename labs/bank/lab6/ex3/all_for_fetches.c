/* wrong: in a view for fetches, loads and stores are let through as M's.
 * fails: in a view for fetches only X is left, and no reason
 * source: what students do: MPRV is forgotten */
uint64_t shadow_perms(struct view view, uint64_t guest_pte, unsigned p2m_perms, unsigned reasons)
{
    uint64_t perms = guest_pte & (PTE_R | PTE_W | PTE_X);
    if (view.space.mxr && perms & PTE_X)
        perms |= PTE_R;
    if (view.space.mode == MODE_S && guest_pte & PTE_U)
        perms &= ~(uint64_t)PTE_X;
    if (!(perms & PTE_W))
        return perms & p2m_perms;
    reasons |= guest_pte & PTE_D ? 0 : SHADOW_CLEAN;
    reasons |= p2m_perms & PTE_W ? 0 : SHADOW_HELD;
    if (reasons)
        perms &= ~(uint64_t)PTE_W;
    return (perms & p2m_perms) | reasons;
}
