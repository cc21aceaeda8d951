/* wrong: the first shadow of an ASID is fenced, its other views are not.
 * fails: a fence of an address drops it in every view of the address space
 * source: pitfalls P02: an address space has several shadows */
static void fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    if (all_va && all_asids) {
        shadow_forget(shadows);
        return;
    }
    for (unsigned i = 0; i < SHADOWS; i++) {
        struct shadow *shadow = &shadows->shadow[i];
        if (!shadow->is_used || (!all_asids && shadow_asid(shadow) != (asid & 0xffff)))
            continue;
        if (all_va)
            shadow->epoch = 0;
        else if (shadow->epoch == shadows->epoch)
            fence_gva(shadows, shadow, gva);
        if (!all_asids)
            return;
    }
}
