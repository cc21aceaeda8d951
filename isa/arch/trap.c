/* Trap entry and return: pure functions on a hart. The physical hart and the VMM's reflection and
 * injection are these. */
#include "trap.h"

#include "csr.h"

/* Moves the bits `from` of status to `to`, a mask each of one bit. */
static uint64_t move_bit(uint64_t status, uint64_t from, uint64_t to)
{
    return (status & ~to) | (status & from ? to : 0);
}

/* Lab 2, exercise 3. The mode whose handler takes a trap of this cause, which the hart raises as it
 * is now.
 *
 * M takes all traps, unless it delegated this one to S: the bit of the cause's number is set in
 * mideleg, if it is an interrupt (CAUSE_INTERRUPT is set in `cause`), or in medeleg, if it is an
 * exception; the number is the low six bits of `cause`. A trap never goes to a mode less privileged
 * than where it came from: what M itself raises stays in M, delegated or not (Privileged 3.1.8). */
enum mode trap_target(const struct hart *hart, uint64_t cause)
{
    uint64_t delegated = cause & CAUSE_INTERRUPT ? hart->csr.mideleg : hart->csr.medeleg;
    return hart->mode < MODE_M && delegated >> (cause & 63) & 1 ? MODE_S : MODE_M;
}

/* Lab 2, exercise 4. Where the handler starts that `tvec`, an stvec or mtvec, names for `cause`.
 *
 * Bits 1:0 of `tvec` (TVEC_MODE) are a mode, and with these bits zero it is the base. Everything
 * goes to the base, but in the mode TVEC_VECTORED, interrupts go to four bytes behind it for each
 * number: number 5 to base + 20. Exceptions go to the base in this mode, too (Privileged 3.1.7,
 * P25). */
static uint64_t handler(uint64_t tvec, uint64_t cause)
{
    uint64_t base = tvec & ~(uint64_t)TVEC_MODE;
    bool is_vectored = (tvec & TVEC_MODE) == TVEC_VECTORED && cause & CAUSE_INTERRUPT;
    return is_vectored ? base + 4 * (cause & 63) : base;
}

/* Lab 2, exercise 4. Takes the trap in S.
 *
 * sepc becomes the pc, which is that of the instruction that trapped, scause and stval the trap's
 * cause and tval, each for every trap: nothing of an earlier one stays (Privileged 4.1.7 to 4.1.9).
 * In mstatus, SPIE becomes what SIE was, SIE becomes 0, and SPP says which mode the trap came from:
 * 1 for S, 0 for U; no other bit changes (Privileged 4.1.1, 3.1.6.1). Then the hart is in S, at
 * handler(). */
static void enter_s(struct hart *hart, struct trap trap)
{
    struct csrs *csr = &hart->csr;
    csr->sepc = hart->pc;
    csr->scause = trap.cause;
    csr->stval = trap.tval;
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_SIE, MSTATUS_SPIE) & ~(uint64_t)MSTATUS_SIE;
    csr->mstatus &= ~(uint64_t)MSTATUS_SPP;
    csr->mstatus |= hart->mode == MODE_S ? MSTATUS_SPP : 0;
    hart->mode = MODE_S;
    hart->pc = handler(csr->stvec, trap.cause);
}

/* Lab 2, exercise 4. Takes the trap in M.
 *
 * As enter_s, with mepc, mcause, mtval, MPIE, MIE and mtvec. MPP has two bits, the number of the
 * mode that the trap came from, and S's bits of mstatus stay as they are, and so does MPRV
 * (Privileged 3.1.6.1). */
static void enter_m(struct hart *hart, struct trap trap)
{
    struct csrs *csr = &hart->csr;
    csr->mepc = hart->pc;
    csr->mcause = trap.cause;
    csr->mtval = trap.tval;
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_MIE, MSTATUS_MPIE) & ~(uint64_t)MSTATUS_MIE;
    csr->mstatus &= ~(uint64_t)MSTATUS_MPP;
    csr->mstatus |= (uint64_t)hart->mode << MSTATUS_MPP_SHIFT;
    hart->mode = MODE_M;
    hart->pc = handler(csr->mtvec, trap.cause);
}

void trap_enter(struct hart *hart, struct trap trap)
{
    if (trap_target(hart, trap.cause) == MODE_S)
        enter_s(hart, trap);
    else
        enter_m(hart, trap);
}

/* Lab 2, exercise 6. The interrupt to take before the next instruction, as a cause: CAUSE_INTERRUPT
 * and its number; 0: none.
 *
 * An interrupt is ready when it is pending (csr_mip: software bits and wires) and enabled in mie.
 * The ready ones that mideleg has delegated are S's, the others M's (Privileged 3.1.9):
 *
 *   - those of M are open in U and in S, whatever MIE says, and in M where MIE is set;
 *   - those of S are open in U, whatever SIE says, in S where SIE is set, and never in M (P32).
 *
 * Of those that are ready and open, all of M's go before all of S's; and within each, the order is
 * MEI, MSI, MTI, SEI, SSI, STI (P31).
 *
 * This is asked often, and mostly nothing is ready: say so first. */
uint64_t trap_pending(const struct hart *hart)
{
    static const uint8_t priority[] = {IRQ_MEI, IRQ_MSI, IRQ_MTI, IRQ_SEI, IRQ_SSI, IRQ_STI};
    uint64_t ready = csr_mip(hart) & hart->csr.mie;
    if (!ready)
        return 0;
    uint64_t for_m = ready & ~hart->csr.mideleg;
    uint64_t for_s = ready & hart->csr.mideleg;
    bool m_open = hart->mode < MODE_M || hart->csr.mstatus & MSTATUS_MIE;
    bool s_open = hart->mode < MODE_S || (hart->mode == MODE_S && hart->csr.mstatus & MSTATUS_SIE);
    uint64_t chosen = m_open && for_m ? for_m : s_open ? for_s : 0;
    for (unsigned i = 0; i < sizeof priority; i++)
        if (chosen >> priority[i] & 1)
            return CAUSE_INTERRUPT | priority[i];
    return 0;
}

/* Lab 2, exercise 6. True when a hart that waits in wfi goes on: an interrupt is pending and
 * enabled in mie, whatever MIE, SIE, mideleg and the mode say (Privileged 3.3.3, P28). */
bool trap_wakes(const struct hart *hart)
{
    return (csr_mip(hart) & hart->csr.mie) != 0;
}

/* Lab 2, exercise 5. Carries out sret.
 *
 * In U, and in S while mstatus.TSR is set, it is an illegal instruction: nothing changes, and the
 * answer is false. M may do it, whatever TSR says (Privileged 3.1.6.5, 3.3.2). Else, true: the hart
 * goes to the mode that SPP names, at sepc; SIE becomes what SPIE was, SPIE becomes 1, SPP the
 * least mode, which is U, and MPRV 0, for neither S nor U is M. No other bit of mstatus changes
 * (Privileged 3.1.6.1, 3.1.6.3, P24). */
bool trap_sret(struct hart *hart)
{
    struct csrs *csr = &hart->csr;
    if (hart->mode < MODE_S || (hart->mode == MODE_S && csr->mstatus & MSTATUS_TSR))
        return false;
    hart->mode = csr->mstatus & MSTATUS_SPP ? MODE_S : MODE_U;
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_SPIE, MSTATUS_SIE) | MSTATUS_SPIE;
    csr->mstatus &= ~(uint64_t)(MSTATUS_SPP | MSTATUS_MPRV);
    hart->pc = csr->sepc;
    return true;
}

/* Lab 2, exercise 5. Carries out mret.
 *
 * Below M it is an illegal instruction: nothing changes, and the answer is false. In M, true: the
 * hart goes to the mode that MPP names, at mepc; MIE becomes what MPIE was, MPIE becomes 1, MPP
 * becomes U, and MPRV 0 where the hart has left M, which it has not if MPP named M
 * (Privileged 3.1.6.1, 3.1.6.3, P24). */
bool trap_mret(struct hart *hart)
{
    struct csrs *csr = &hart->csr;
    if (hart->mode < MODE_M)
        return false;
    hart->mode = (enum mode)((csr->mstatus & MSTATUS_MPP) >> MSTATUS_MPP_SHIFT);
    csr->mstatus = move_bit(csr->mstatus, MSTATUS_MPIE, MSTATUS_MIE) | MSTATUS_MPIE;
    csr->mstatus &= ~(uint64_t)MSTATUS_MPP;
    if (hart->mode != MODE_M)
        csr->mstatus &= ~(uint64_t)MSTATUS_MPRV;
    hart->pc = csr->mepc;
    return true;
}

const char *trap_name(uint64_t cause)
{
    static const struct {
        uint64_t cause;
        const char *text;
    } names[] = {
#define EXCEPTION(name, number, text) {number, text},
#define INTERRUPT(name, number, text) {CAUSE_INTERRUPT | (number), text},
#include "cause.def"
    };
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].cause == cause)
            return names[i].text;
    return "reserved cause";
}
