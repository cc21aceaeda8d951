/* right: each permission is a question of its own. */
uint64_t shadow_perms(struct view view, uint64_t guest_pte, unsigned p2m_perms, unsigned reasons)
{
    bool reads = guest_pte & PTE_R || (guest_pte & PTE_X && view.space.mxr);
    bool executes = guest_pte & PTE_X && !(view.space.mode == MODE_S && guest_pte & PTE_U);
    bool writes = guest_pte & PTE_W;
    if (view.fetches_only)
        reads = writes = false;
    uint64_t result = 0;
    if (reads && p2m_perms & PTE_R)
        result |= PTE_R;
    if (executes && p2m_perms & PTE_X)
        result |= PTE_X;
    if (!writes)
        return result;
    if (!(guest_pte & PTE_D))
        reasons |= SHADOW_CLEAN;
    if (!(p2m_perms & PTE_W))
        reasons |= SHADOW_HELD;
    return result | (reasons ? reasons : PTE_W);
}
