/* wrong: SIE is saved and stays set, so that the handler is interrupted at once
 * fails: SPIE becomes what SIE was, and SIE is cleared
 * source: pitfalls P25 */
static void enter_s(struct hart *hart, struct trap trap)
{
    struct csrs *csr = &hart->csr;
    csr->sepc = hart->pc;
    csr->scause = trap.cause;
    csr->stval = trap.tval;
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_SIE, MSTATUS_SPIE);
    csr->mstatus &= ~(uint64_t)MSTATUS_SPP;
    csr->mstatus |= hart->mode == MODE_S ? MSTATUS_SPP : 0;
    hart->mode = MODE_S;
    hart->pc = handler(csr->stvec, trap.cause);
}
