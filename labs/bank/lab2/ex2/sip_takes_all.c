/* wrong: S can write all the bits of sip that it sees
 * fails: of sip, S writes SSIP alone, and where it is delegated
 * source: pitfalls P22 */
static uint64_t view_writable(const struct hart *hart, enum csr_rule rule)
{
    return rule == RULE_SSTATUS ? SSTATUS_WRITABLE & ~without_f(hart) : hart->csr.mideleg;
}
