/* right: the new status is made whole and stored once */
static void enter_s(struct hart *hart, struct trap trap)
{
    struct csrs *csr = &hart->csr;
    uint64_t was = csr->mstatus, status = was;
    status &= ~(uint64_t)(MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP);
    if (was & MSTATUS_SIE)
        status |= MSTATUS_SPIE;
    if (hart->mode != MODE_U)
        status |= MSTATUS_SPP;
    csr->stval = trap.tval;
    csr->scause = trap.cause;
    csr->sepc = hart->pc;
    hart->pc = handler(csr->stvec, csr->scause);
    csr->mstatus = status;
    hart->mode = MODE_S;
}
