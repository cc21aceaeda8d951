/* wrong: a fence of all addresses is one of the address in gva.
 * fails: a fence of an address space is of all that is in it
 * source: what students do: rs1 = x0 is taken for address 0 */
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
        if (shadow->epoch == shadows->epoch)
            fence_gva(shadows, shadow, gva);
    }
}
