/* wrong: a write of sstatus writes what mstatus would take
 * fails: a write of sstatus changes S's bits of mstatus and no others
 * source: pitfalls P22 */
static uint64_t view_writable(const struct hart *hart, enum csr_rule rule)
{
    if (rule == RULE_SIP)
        return hart->csr.mideleg & MIP_SSIP;
    return rule == RULE_SSTATUS ? MSTATUS_WRITABLE & ~without_f(hart) : hart->csr.mideleg;
}
