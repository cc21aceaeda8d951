/* wrong: MPRV is cleared even by a return to M
 * fails: mret clears MPRV where it leaves M, and keeps it where it stays
 * source: pitfalls P24 */
bool trap_mret(struct hart *hart)
{
    struct csrs *csr = &hart->csr;
    if (hart->mode < MODE_M)
        return false;
    hart->mode = (enum mode)((csr->mstatus & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT);
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_MPIE, MSTATUS_MIE) | MSTATUS_MPIE;
    csr->mstatus &= ~(uint64_t)MSTATUS_MPP;
    csr->mstatus &= ~(uint64_t)MSTATUS_MPRV;
    hart->pc = csr->mepc;
    return true;
}
