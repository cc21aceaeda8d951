/* right: the fields are moved by shifting */
static void enter_m(struct hart *hart, struct trap trap)
{
    struct csrs *csr = &hart->csr;
    uint64_t status = csr->mstatus & ~(uint64_t)(MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP);
    status |= (csr->mstatus & MSTATUS_MIE) << 4; /* MIE is bit 3, MPIE bit 7 */
    status |= (uint64_t)hart->mode * (MSTATUS_MPP & -MSTATUS_MPP);
    csr->mstatus = status;
    csr->mepc = hart->pc;
    csr->mcause = trap.cause;
    csr->mtval = trap.tval;
    hart->mode = MODE_M;
    hart->pc = handler(csr->mtvec, trap.cause);
}
