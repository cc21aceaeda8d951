/* right: a case a view */
static uint64_t view_readable(const struct hart *hart, enum csr_rule rule)
{
    switch (rule) {
    case RULE_SSTATUS:
        return SSTATUS_READABLE;
    case RULE_SIE:
    case RULE_SIP:
        return hart->csr.mideleg;
    default:
        return ~(uint64_t)0;
    }
}
