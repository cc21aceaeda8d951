/* wrong: S may mret, as it may sret
 * fails: mret below M is illegal and changes nothing
 * source: what students do */
bool trap_mret(struct hart *hart)
{
    struct csrs *csr = &hart->csr;
    if (hart->mode < MODE_S)
        return false;
    hart->mode = (enum mode)((csr->mstatus & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT);
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_MPIE, MSTATUS_MIE) | MSTATUS_MPIE;
    csr->mstatus &= ~(uint64_t)MSTATUS_MPP;
    if (hart->mode != MODE_M)
        csr->mstatus &= ~(uint64_t)MSTATUS_MPRV;
    hart->pc = csr->mepc;
    return true;
}
