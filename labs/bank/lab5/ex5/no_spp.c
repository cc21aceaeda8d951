/* wrong: the trap is entered by hand, and SPP is forgotten: after sret the kernel goes on in user
 * mode. fails: the handler can tell whether S or U trapped source: what students do: reflect
 * without SPP */
void vcpu_reflect(struct vcpu *vcpu, struct trap trap)
{
    struct hart *hart = &vcpu->hart;
    vcpu->vm->stats.reflected++;
    platform_observe_trap(&vcpu->vm->platform, hart, trap);
    if (trap_target(hart, trap.cause) == MODE_S) {
        struct csrs *csr = &hart->csr;
        csr->sepc = hart->pc;
        csr->scause = trap.cause;
        csr->stval = trap.tval;
        csr->mstatus &= ~(uint64_t)(MSTATUS_SPIE | MSTATUS_SPP);
        csr->mstatus |= csr->mstatus & MSTATUS_SIE ? MSTATUS_SPIE : 0;
        csr->mstatus &= ~(uint64_t)MSTATUS_SIE;
        hart->mode = MODE_S;
        hart->pc = csr->stvec & ~(uint64_t)TVEC_MODE;
    } else {
        trap_enter(hart, trap);
    }
    vcpu_count_step(vcpu, false);
}
