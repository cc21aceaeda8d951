/* right: the status is taken apart and put together */
bool trap_sret(struct hart *hart)
{
    struct csrs *csr = &hart->csr;
    bool is_kept_from_s = csr->mstatus & MSTATUS_TSR;
    if (hart->mode == MODE_U || (hart->mode == MODE_S && is_kept_from_s))
        return false;
    uint64_t was = csr->mstatus;
    uint64_t rest = was & ~(uint64_t)(MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_MPRV);
    csr->mstatus = rest | MSTATUS_SPIE | (was & MSTATUS_SPIE ? MSTATUS_SIE : 0);
    hart->mode = (enum mode)((was & MSTATUS_SPP) != 0);
    hart->pc = csr->sepc;
    return true;
}
