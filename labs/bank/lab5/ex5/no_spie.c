/* wrong: the trap is entered by hand, and interrupts stay as they were: the handler is interrupted.
 * fails: interrupts are off in the handler, and SPIE remembers
 * source: pitfalls P25: save xPIE and xPP, clear xIE */
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
        csr->mstatus &= ~(uint64_t)MSTATUS_SPP;
        csr->mstatus |= hart->mode == MODE_S ? MSTATUS_SPP : 0;
        hart->mode = MODE_S;
        hart->pc = csr->stvec & ~(uint64_t)TVEC_MODE;
    } else {
        trap_enter(hart, trap);
    }
    vcpu_count_step(vcpu, false);
}
