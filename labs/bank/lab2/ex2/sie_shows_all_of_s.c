/* wrong: sie and sip show all of the interrupts of S, delegated or not
 * fails: sie shows the delegated interrupts of mie
 * source: pitfalls P22 */
static uint64_t view_readable(const struct hart *hart, enum csr_rule rule)
{
    (void)hart;
    return rule == RULE_SSTATUS ? SSTATUS_READABLE : MIP_S;
}
