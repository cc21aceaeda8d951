/* wrong: SSIP can be written through sip even if M has kept it
 * fails: of sip, S writes SSIP alone, and where it is delegated
 * source: what students do */
static uint64_t view_writable(const struct hart *hart, enum csr_rule rule)
{
    if (rule == RULE_SIP)
        return MIP_SSIP;
    return rule == RULE_SSTATUS ? SSTATUS_WRITABLE & ~without_f(hart) : hart->csr.mideleg;
}
