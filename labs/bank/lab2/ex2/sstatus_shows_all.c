/* wrong: sstatus is mstatus under another name
 * fails: sstatus shows what S may see of mstatus
 * source: pitfalls P22 */
static uint64_t view_readable(const struct hart *hart, enum csr_rule rule)
{
    return rule == RULE_SSTATUS ? ~(uint64_t)0 : hart->csr.mideleg;
}
