/* wrong: SPP is cleared before it is read
 * fails: sret goes to sepc in the mode that SPP names
 * source: what students do */
bool trap_sret(struct hart *hart)
{
    struct csrs *csr = &hart->csr;
    if (hart->mode < MODE_S || (hart->mode == MODE_S && csr->mstatus & MSTATUS_TSR))
        return false;
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_SPIE, MSTATUS_SIE) | MSTATUS_SPIE;
    csr->mstatus &= ~(uint64_t)(MSTATUS_SPP | MSTATUS_MPRV);
    hart->mode = csr->mstatus & MSTATUS_SPP ? MODE_S : MODE_U;
    hart->pc = csr->sepc;
    return true;
}
