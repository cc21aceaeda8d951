/* Trap entry and return: pure functions on a hart. The physical hart and the VMM's reflection and
 * injection are these. */
#include "trap.h"

#include "csr.h"

/* Moves the bits `from` of status to `to`, a mask each of one bit. */
static uint64_t move_bit(uint64_t status, uint64_t from, uint64_t to)
{
    return (status & ~to) | (status & from ? to : 0);
}

enum mode trap_target(const struct hart *hart, uint64_t cause)
{
    uint64_t delegated = cause & CAUSE_INTERRUPT ? hart->csr.mideleg : hart->csr.medeleg;
    return hart->mode < MODE_M && delegated >> (cause & 63) & 1 ? MODE_S : MODE_M;
}

/* Where the handler starts: vectored mode is for interrupts alone (P25). */
static uint64_t handler(uint64_t tvec, uint64_t cause)
{
    uint64_t base = tvec & ~(uint64_t)TVEC_MODE;
    bool is_vectored = (tvec & TVEC_MODE) == TVEC_VECTORED && cause & CAUSE_INTERRUPT;
    return is_vectored ? base + 4 * (cause & 63) : base;
}

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

bool trap_wakes(const struct hart *hart)
{
    return (csr_mip(hart) & hart->csr.mie) != 0;
}

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
