/* wrong: the new MPP is ORed into the old
 * fails: MPP is the number of the mode that the trap came from
 * source: what students do */
static void enter_m(struct hart *hart, struct trap trap)
{
    struct csrs *csr = &hart->csr;
    csr->mepc = hart->pc;
    csr->mcause = trap.cause;
    csr->mtval = trap.tval;
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_MIE, MSTATUS_MPIE) & ~(uint64_t)MSTATUS_MIE;
    csr->mstatus |= (uint64_t)hart->mode << MSTATUS_MPP_SHIFT;
    hart->mode = MODE_M;
    hart->pc = handler(csr->mtvec, trap.cause);
}
