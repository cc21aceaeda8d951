/* wrong: SPP is set for S, and never cleared for U
 * fails: SPP says whether the trap came from S
 * source: pitfalls P25 */
static void enter_s(struct hart *hart, struct trap trap)
{
    struct csrs *csr = &hart->csr;
    csr->sepc = hart->pc;
    csr->scause = trap.cause;
    csr->stval = trap.tval;
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_SIE, MSTATUS_SPIE) & ~(uint64_t)MSTATUS_SIE;
    csr->mstatus |= hart->mode == MODE_S ? MSTATUS_SPP : 0;
    hart->mode = MODE_S;
    hart->pc = handler(csr->stvec, trap.cause);
}
