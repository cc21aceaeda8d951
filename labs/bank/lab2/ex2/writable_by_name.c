/* right: a view at a time */
static uint64_t view_writable(const struct hart *hart, enum csr_rule rule)
{
    if (rule == RULE_SIE)
        return hart->csr.mideleg;
    if (rule == RULE_SIP)
        return hart->csr.mideleg & MIP_SSIP ? MIP_SSIP : 0;
    uint64_t of_s = SSTATUS_WRITABLE;
    return isa_has(hart->isa, EXT_F) ? of_s : of_s & ~(uint64_t)MSTATUS_FS;
}
