/* wrong: a trap to M clears MPRV
 * fails: a trap to M leaves what is S's alone, and MPRV
 * source: what students do: it is the return that clears it */
static void enter_m(struct hart *hart, struct trap trap)
{
    struct csrs *csr = &hart->csr;
    csr->mepc = hart->pc;
    csr->mcause = trap.cause;
    csr->mtval = trap.tval;
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_MIE, MSTATUS_MPIE) & ~(uint64_t)MSTATUS_MIE;
    csr->mstatus &= ~(uint64_t)MSTATUS_MPP;
    csr->mstatus |= (uint64_t)hart->mode << MSTATUS_MPP_SHIFT;
    csr->mstatus &= ~(uint64_t)MSTATUS_MPRV;
    hart->mode = MODE_M;
    hart->pc = handler(csr->mtvec, trap.cause);
}
