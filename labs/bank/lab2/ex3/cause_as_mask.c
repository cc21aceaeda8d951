/* wrong: the number of the cause is taken for a mask
 * fails: only the bit of the cause's own number delegates it
 * source: what students do */
enum mode trap_target(const struct hart *hart, uint64_t cause)
{
    uint64_t delegated = cause & CAUSE_INTERRUPT ? hart->csr.mideleg : hart->csr.medeleg;
    bool is_delegated = delegated & (cause & 63) || delegated >> (cause & 63) & 1;
    return hart->mode < MODE_M && is_delegated ? MODE_S : MODE_M;
}
