/* wrong: a fence of one ASID is one of all: switching between processes starts from nothing.
 * fails: a fence of one ASID is none of another
 * source: pitfalls P11, P14: legal, and slow */
static void fence(struct shadows *shadows, bool all_va, gva_t gva, bool all_asids, uint64_t asid)
{
    (void)asid;
    if (all_va && all_asids) {
        shadow_forget(shadows);
        return;
    }
    for (unsigned i = 0; i < SHADOWS; i++) {
        struct shadow *shadow = &shadows->shadow[i];
        if (!shadow->is_used)
            continue;
        if (all_va)
            shadow->epoch = 0;
        else if (shadow->epoch == shadows->epoch)
            fence_gva(shadows, shadow, gva);
    }
}
