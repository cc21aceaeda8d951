/* wrong: SPP is worked out from the mode that the hart is already in: always S
 * fails: SPP says whether the trap came from S
 * source: what students do */
static void enter_s(struct hart *hart, struct trap trap)
{
    struct csrs *csr = &hart->csr;
    csr->sepc = hart->pc;
    csr->scause = trap.cause;
    csr->stval = trap.tval;
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_SIE, MSTATUS_SPIE) & ~(uint64_t)MSTATUS_SIE;
    hart->mode = MODE_S;
    csr->mstatus &= ~(uint64_t)MSTATUS_SPP;
    csr->mstatus |= hart->mode == MODE_S ? MSTATUS_SPP : 0;
    hart->pc = handler(csr->stvec, trap.cause);
}
