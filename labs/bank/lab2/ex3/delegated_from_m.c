/* wrong: what is delegated goes to S wherever it came from
 * fails: a trap from M stays in M, delegated or not
 * source: pitfalls P25 */
enum mode trap_target(const struct hart *hart, uint64_t cause)
{
    uint64_t delegated = cause & CAUSE_INTERRUPT ? hart->csr.mideleg : hart->csr.medeleg;
    return delegated >> (cause & 63) & 1 ? MODE_S : MODE_M;
}
