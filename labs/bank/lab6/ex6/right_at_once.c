/* right: what is fenced is emptied at once, whatever is fenced. */
static void fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    for (unsigned i = 0; i < SHADOWS; i++) {
        struct shadow *shadow = &shadows->shadow[i];
        bool is_named = all_asids || shadow_asid(shadow) == (asid & 0xffff);
        if (!shadow->is_used || !is_named || shadow->epoch != shadows->epoch)
            continue;
        if (!all_va)
            fence_gva(shadows, shadow, gva);
        else
            page_drop_leaves(shadows, shadow->root);
    }
}
