/* wrong: a fence of one ASID compares it with the whole satp, and drops nothing.
 * fails: a fence of an address space is of all that is in it
 * source: what students do: a field is compared with the register that it is in */
static void fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    if (all_va && all_asids) {
        shadow_forget(shadows);
        return;
    }
    for (unsigned i = 0; i < SHADOWS; i++) {
        struct shadow *shadow = &shadows->shadow[i];
        if (!shadow->is_used || (!all_asids && shadow->view.space.satp != asid))
            continue;
        if (all_va)
            shadow->epoch = 0;
        else if (shadow->epoch == shadows->epoch)
            fence_gva(shadows, shadow, gva);
    }
}
