/* wrong: a return opens the interrupts, whatever they were
 * fails: sret gives SIE what SPIE was, and sets SPIE
 * source: what students do */
bool trap_sret(struct hart *hart)
{
    struct csrs *csr = &hart->csr;
    if (hart->mode < MODE_S || (hart->mode == MODE_S && csr->mstatus & MSTATUS_TSR))
        return false;
    hart->mode = csr->mstatus & MSTATUS_SPP ? MODE_S : MODE_U;
    csr->mstatus |= MSTATUS_SIE | MSTATUS_SPIE;
    csr->mstatus &= ~(uint64_t)(MSTATUS_SPP | MSTATUS_MPRV);
    hart->pc = csr->sepc;
    return true;
}
