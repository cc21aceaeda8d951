/* right: the status is taken apart and put together */
bool trap_mret(struct hart *hart)
{
    struct csrs *csr = &hart->csr;
    if (hart->mode != MODE_M)
        return false;
    uint64_t was = csr->mstatus;
    unsigned to = was >> MSTATUS_MPP_SHIFT & 3;
    uint64_t lost = MSTATUS_MIE | MSTATUS_MPP | (to == MODE_M ? 0 : MSTATUS_MPRV);
    csr->mstatus = (was & ~lost) | MSTATUS_MPIE;
    if (was & MSTATUS_MPIE)
        csr->mstatus |= MSTATUS_MIE;
    hart->mode = (enum mode)to;
    hart->pc = csr->mepc;
    return true;
}
