/* wrong: the timer goes before the software interrupt
 * fails: the order is MEI, MSI, MTI, SEI, SSI, STI
 * source: pitfalls P31 */
uint64_t trap_pending(const struct hart *hart)
{
    static const uint8_t priority[] = {IRQ_MEI, IRQ_MTI, IRQ_MSI, IRQ_SEI, IRQ_STI, IRQ_SSI};
    uint64_t ready = csr_mip(hart) & hart->csr.mie;
    uint64_t for_m = ready & ~hart->csr.mideleg, for_s = ready & hart->csr.mideleg;
    bool m_open = hart->mode < MODE_M || hart->csr.mstatus & MSTATUS_MIE;
    bool s_open = hart->mode < MODE_S || (hart->mode == MODE_S && hart->csr.mstatus & MSTATUS_SIE);
    uint64_t chosen = m_open && for_m ? for_m : s_open ? for_s : 0;
    for (unsigned i = 0; i < sizeof priority; i++)
        if (chosen >> priority[i] & 1)
            return CAUSE_INTERRUPT | priority[i];
    return 0;
}
