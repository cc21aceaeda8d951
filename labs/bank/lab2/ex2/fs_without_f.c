/* wrong: FS can be written on a hart that has no F
 * fails: a hart without F has no FS to write
 * source: what students do */
static uint64_t view_writable(const struct hart *hart, enum csr_rule rule)
{
    if (rule == RULE_SIP)
        return hart->csr.mideleg & MIP_SSIP;
    return rule == RULE_SSTATUS ? SSTATUS_WRITABLE : hart->csr.mideleg;
}
