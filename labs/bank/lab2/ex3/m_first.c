/* right: M is dealt with first, then a mask is made */
enum mode trap_target(const struct hart *hart, uint64_t cause)
{
    if (hart->mode == MODE_M)
        return MODE_M;
    uint64_t bit = (uint64_t)1 << (cause & 63);
    bool is_interrupt = cause >> 63;
    if (is_interrupt)
        return hart->csr.mideleg & bit ? MODE_S : MODE_M;
    return hart->csr.medeleg & bit ? MODE_S : MODE_M;
}
