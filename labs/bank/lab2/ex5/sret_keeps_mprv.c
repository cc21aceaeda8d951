/* wrong: sret forgets MPRV
 * fails: sret clears MPRV and leaves the rest of mstatus alone
 * source: pitfalls P24 */
bool trap_sret(struct hart *hart)
{
    struct csrs *csr = &hart->csr;
    if (hart->mode < MODE_S || (hart->mode == MODE_S && csr->mstatus & MSTATUS_TSR))
        return false;
    hart->mode = csr->mstatus & MSTATUS_SPP ? MODE_S : MODE_U;
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_SPIE, MSTATUS_SIE) | MSTATUS_SPIE;
    csr->mstatus &= ~(uint64_t)MSTATUS_SPP;
    hart->pc = csr->sepc;
    return true;
}
