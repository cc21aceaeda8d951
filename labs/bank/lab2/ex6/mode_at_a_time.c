/* right: first M's, then S's, each by a function */
static uint64_t first_of(uint64_t ready)
{
    uint64_t cause = 0;
    if (ready & MIP_STIP)
        cause = CAUSE_INTERRUPT | IRQ_STI;
    if (ready & MIP_SSIP)
        cause = CAUSE_INTERRUPT | IRQ_SSI;
    if (ready & MIP_SEIP)
        cause = CAUSE_INTERRUPT | IRQ_SEI;
    if (ready & MIP_MTIP)
        cause = CAUSE_INTERRUPT | IRQ_MTI;
    if (ready & MIP_MSIP)
        cause = CAUSE_INTERRUPT | IRQ_MSI;
    if (ready & MIP_MEIP)
        cause = CAUSE_INTERRUPT | IRQ_MEI;
    return cause;
}

uint64_t trap_pending(const struct hart *hart)
{
    uint64_t ready = csr_mip(hart) & hart->csr.mie;
    if (hart->mode != MODE_M || hart->csr.mstatus & MSTATUS_MIE) {
        uint64_t cause = first_of(ready & ~hart->csr.mideleg);
        if (cause)
            return cause;
    }
    switch (hart->mode) {
    case MODE_U:
        return first_of(ready & hart->csr.mideleg);
    case MODE_S:
        return hart->csr.mstatus & MSTATUS_SIE ? first_of(ready & hart->csr.mideleg) : 0;
    case MODE_M:
        break;
    }
    return 0;
}
