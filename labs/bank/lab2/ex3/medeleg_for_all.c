/* wrong: medeleg delegates interrupts, too
 * fails: medeleg is for exceptions and mideleg for interrupts
 * source: what students do */
enum mode trap_target(const struct hart *hart, uint64_t cause)
{
    return hart->mode < MODE_M && hart->csr.medeleg >> (cause & 63) & 1 ? MODE_S : MODE_M;
}
