/* wrong: all bits of the register are the ASID.
 * fails: bits of the register above the ASID mean nothing
 * source: Privileged 4.2.1: bits SXLEN-1:ASIDMAX of rs2 are reserved, and should be ignored */
static void fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    if (all_va && all_asids) {
        shadow_forget(shadows);
        return;
    }
    for (unsigned i = 0; i < SHADOWS; i++) {
        struct shadow *shadow = &shadows->shadow[i];
        if (!shadow->is_used || (!all_asids && shadow_asid(shadow) != asid))
            continue;
        if (all_va)
            shadow->epoch = 0;
        else if (shadow->epoch == shadows->epoch)
            fence_gva(shadows, shadow, gva);
    }
}
