/* wrong: S hands its own traps to M, delegated or not
 * fails: a delegated trap from U or S goes to S
 * source: what students do */
enum mode trap_target(const struct hart *hart, uint64_t cause)
{
    uint64_t delegated = cause & CAUSE_INTERRUPT ? hart->csr.mideleg : hart->csr.medeleg;
    return hart->mode < MODE_S && delegated >> (cause & 63) & 1 ? MODE_S : MODE_M;
}
