/* wrong: scause collects causes instead of telling the last
 * fails: nothing of an earlier trap stays in cause and tval
 * source: what students do */
static void enter_s(struct hart *hart, struct trap trap)
{
    struct csrs *csr = &hart->csr;
    csr->sepc = hart->pc;
    csr->scause |= trap.cause;
    csr->stval = trap.tval;
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_SIE, MSTATUS_SPIE) & ~(uint64_t)MSTATUS_SIE;
    csr->mstatus &= ~(uint64_t)MSTATUS_SPP;
    csr->mstatus |= hart->mode == MODE_S ? MSTATUS_SPP : 0;
    hart->mode = MODE_S;
    hart->pc = handler(csr->stvec, trap.cause);
}
