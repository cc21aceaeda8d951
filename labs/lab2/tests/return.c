/* Lab 2, exercises 5 and 6: returning from a handler, and choosing an interrupt. */
#include "world.h"

#include <string.h>

static const enum mode modes[] = {MODE_U, MODE_S, MODE_M};

/* ---- exercise 5: returning ------------------------------------------------------------------- */

static struct hart returning(enum mode mode, uint64_t status)
{
    struct hart hart = hart_in(mode);
    hart.csr.mstatus |= status;
    hart.csr.sepc = 0x80004002;
    hart.csr.mepc = 0x80005002;
    return hart;
}

static struct hart after_sret(enum mode mode, uint64_t status)
{
    struct hart hart = returning(mode, status);
    holds(trap_sret(&hart), "sret is done", "it is refused in %s", mode_text(mode));
    return hart;
}

static struct hart after_mret(uint64_t status)
{
    struct hart hart = returning(MODE_M, status);
    holds(trap_mret(&hart), "mret is done", "it is refused in M");
    return hart;
}

CLAIM(5, NOTHING, "sret goes to sepc in the mode that SPP names",
      "isa/arch/trap.c; Privileged 3.3.2, 4.1.1, pitfall P24")
{
    for (unsigned m = 1; m < 3; m++)
        for (unsigned spp = 0; spp < 2; spp++) {
            struct hart hart = after_sret(modes[m], spp ? SPP : MPP(3));
            same_u64(0x80004002, hart.pc, "the pc: sepc");
            same_u64(spp ? MODE_S : MODE_U, hart.mode, "the mode with SPP = %u", spp);
        }
}

CLAIM(5, NOTHING, "sret gives SIE what SPIE was, and sets SPIE",
      "isa/arch/trap.c; Privileged 3.1.6.1, 4.1.1, pitfall P24")
{
    struct hart hart = after_sret(MODE_S, SPIE);
    same_u64(SIE | SPIE, hart.csr.mstatus & (SIE | SPIE), "SIE and SPIE, where SPIE was 1");
    hart = after_sret(MODE_S, SIE);
    same_u64(SPIE, hart.csr.mstatus & (SIE | SPIE), "SIE and SPIE, where SPIE was 0 and SIE 1");
}

CLAIM(5, NOTHING, "sret leaves the least mode in SPP", "isa/arch/trap.c; Privileged 3.1.6.1")
{
    struct hart hart = after_sret(MODE_S, SPP);
    same_u64(0, hart.csr.mstatus & SPP, "SPP after a return to S");
}

CLAIM(5, NOTHING, "sret clears MPRV and leaves the rest of mstatus alone",
      "isa/arch/trap.c; Privileged 3.1.6.3")
{
    uint64_t others = MIE | MPIE | MPP(3) | SUM | MXR | TVM;
    struct hart hart = after_sret(MODE_M, MPRV | others);
    same_u64(0, hart.csr.mstatus & MPRV, "MPRV");
    same_u64(others, hart.csr.mstatus & others, "the other bits");
}

CLAIM(5, NOTHING, "sret in U is illegal and changes nothing", "isa/arch/trap.c; Privileged 3.3.2")
{
    static struct hart hart, before;
    hart = before = returning(MODE_U, SPP | SPIE | MPRV);
    holds(!trap_sret(&hart), "it is refused", "it is done");
    holds(memcmp(&hart, &before, sizeof hart) == 0, "nothing has changed", "the hart has changed");
}

CLAIM(5, NOTHING, "TSR keeps sret from S, and not from M",
      "isa/arch/trap.c; Privileged 3.1.6.5, pitfall P24")
{
    static struct hart hart, before;
    hart = before = returning(MODE_S, TSR | SPIE);
    holds(!trap_sret(&hart), "it is refused to S", "it is done");
    holds(memcmp(&hart, &before, sizeof hart) == 0, "nothing has changed", "the hart has changed");
    after_sret(MODE_M, TSR);
}

CLAIM(5, NOTHING, "mret goes to mepc in the mode that MPP names",
      "isa/arch/trap.c; Privileged 3.3.2, 3.1.6.1, pitfall P24")
{
    for (unsigned m = 0; m < 3; m++) {
        struct hart hart = after_mret(MPP(modes[m]) | (modes[m] == MODE_U ? SPP : 0));
        same_u64(0x80005002, hart.pc, "the pc: mepc");
        same_u64(modes[m], hart.mode, "the mode with MPP = %u", modes[m]);
    }
}

CLAIM(5, NOTHING, "mret gives MIE what MPIE was, and sets MPIE",
      "isa/arch/trap.c; Privileged 3.1.6.1, pitfall P24")
{
    struct hart hart = after_mret(MPIE);
    same_u64(MIE | MPIE, hart.csr.mstatus & (MIE | MPIE), "MIE and MPIE, where MPIE was 1");
    hart = after_mret(MIE);
    same_u64(MPIE, hart.csr.mstatus & (MIE | MPIE), "MIE and MPIE, where MPIE was 0 and MIE 1");
}

CLAIM(5, NOTHING, "mret leaves the least mode in MPP, and S's bits alone",
      "isa/arch/trap.c; Privileged 3.1.6.1")
{
    uint64_t others = SIE | SPIE | SPP | SUM | MXR | TVM | TSR;
    for (unsigned m = 0; m < 3; m++) {
        struct hart hart = after_mret(MPP(modes[m]) | others);
        same_u64(0, hart.csr.mstatus & MPP(3), "MPP after a return to %s", mode_text(modes[m]));
        same_u64(others, hart.csr.mstatus & others, "the other bits");
    }
}

CLAIM(5, NOTHING, "mret clears MPRV where it leaves M, and keeps it where it stays",
      "isa/arch/trap.c; Privileged 3.1.6.3, pitfall P24")
{
    for (unsigned m = 0; m < 3; m++) {
        struct hart hart = after_mret(MPP(modes[m]) | MPRV);
        same_u64(modes[m] == MODE_M ? MPRV : 0, hart.csr.mstatus & MPRV,
                 "MPRV after a return to %s", mode_text(modes[m]));
    }
}

CLAIM(5, NOTHING, "mret below M is illegal and changes nothing",
      "isa/arch/trap.c; Privileged 3.3.2")
{
    static struct hart hart, before;
    for (unsigned m = 0; m < 2; m++) {
        hart = before = returning(modes[m], MPP(3) | MPIE);
        holds(!trap_mret(&hart), "it is refused", "it is done in %s", mode_text(modes[m]));
        holds(memcmp(&hart, &before, sizeof hart) == 0, "nothing has changed",
              "the hart has changed");
    }
}

/* ---- exercise 6: interrupts ------------------------------------------------------------------ */

static void chosen(uint64_t claimed, const struct hart *hart, const char *where)
{
    same_u64(claimed, trap_pending(hart), "the interrupt to take %s", where);
}

CLAIM(6, NOTHING, "an interrupt is taken when it is pending and enabled",
      "isa/arch/trap.c; Privileged 3.1.9")
{
    struct hart hart = hart_in(MODE_U);
    chosen(0, &hart, "where nothing is pending");
    hart.csr.mip = BIT(SEI) | BIT(STI);
    chosen(0, &hart, "where what is pending is not enabled");
    hart.csr.mie = BIT(SSI);
    chosen(0, &hart, "where another is enabled");
    hart.csr.mie = BIT(STI) | BIT(SSI);
    chosen(IRQ(STI), &hart, "where SEI and STI are pending, STI and SSI enabled");
}

CLAIM(6, NOTHING, "a wire is as pending as a bit that software has set",
      "isa/arch/csr.h; Privileged 3.1.9, pitfall P22")
{
    struct hart hart = hart_in(MODE_U);
    hart.csr.mie = BIT(SEI);
    hart.wires = BIT(SEI);
    chosen(IRQ(SEI), &hart, "where the wire of SEI is high");
    hart.wires = 0;
    hart.csr.mip = BIT(SEI);
    chosen(IRQ(SEI), &hart, "where SEIP is set");
}

CLAIM(6, NOTHING, "the order is MEI, MSI, MTI, SEI, SSI, STI",
      "isa/arch/trap.c; Privileged 3.1.9, pitfall P31")
{
    static const unsigned order[] = {MEI, MSI, MTI, SEI, SSI, STI};
    struct hart hart = hart_in(MODE_U);
    hart.csr.mie = hart.wires = 0xaaa;
    for (unsigned i = 0; i < 6; i++) {
        chosen(IRQ(order[i]), &hart, i ? "after those that go before it" : "first");
        hart.wires &= ~BIT(order[i]);
    }
}

CLAIM(6, NOTHING, "the order is the same among the delegated",
      "isa/arch/trap.c; Privileged 3.1.9, 4.1.3")
{
    static const unsigned order[] = {SEI, SSI, STI};
    struct hart hart = hart_in(MODE_U);
    hart.csr.mideleg = hart.csr.mie = hart.wires = 0x222;
    for (unsigned i = 0; i < 3; i++) {
        chosen(IRQ(order[i]), &hart, i ? "after those that go before it" : "first");
        hart.wires &= ~BIT(order[i]);
    }
}

CLAIM(6, NOTHING, "what goes to M goes before what goes to S, whatever the numbers",
      "isa/arch/trap.c; Privileged 3.1.9, pitfall P31")
{
    struct hart hart = hart_in(MODE_S);
    hart.csr.mstatus |= SIE;
    hart.csr.mie = hart.csr.mip = 0x222;
    hart.csr.mideleg = BIT(SEI) | BIT(SSI);
    chosen(IRQ(STI), &hart, "where STI is M's, SEI and SSI delegated");
}

CLAIM(6, NOTHING, "in U, interrupts of S are open whatever SIE says",
      "isa/arch/trap.c; Privileged 3.1.6.1, pitfall P32")
{
    struct hart hart = hart_in(MODE_U);
    hart.csr.mideleg = hart.csr.mie = 0x222;
    hart.wires = BIT(STI);
    chosen(IRQ(STI), &hart, "in U with SIE = 0");
    hart.csr.mstatus |= SIE;
    chosen(IRQ(STI), &hart, "in U with SIE = 1");
}

CLAIM(6, NOTHING, "in S, SIE opens the interrupts of S",
      "isa/arch/trap.c; Privileged 3.1.6.1, pitfall P32")
{
    struct hart hart = hart_in(MODE_S);
    hart.csr.mideleg = hart.csr.mie = 0x222;
    hart.wires = BIT(STI);
    hart.csr.mstatus |= MIE;
    chosen(0, &hart, "in S with SIE = 0 and MIE = 1");
    hart.csr.mstatus |= SIE;
    chosen(IRQ(STI), &hart, "in S with SIE = 1");
}

CLAIM(6, NOTHING, "in M, interrupts of S are never taken",
      "isa/arch/trap.c; Privileged 3.1.6.1, pitfall P32")
{
    struct hart hart = hart_in(MODE_M);
    hart.csr.mideleg = hart.csr.mie = 0x222;
    hart.wires = BIT(STI);
    hart.csr.mstatus |= MIE | SIE;
    chosen(0, &hart, "in M with MIE = SIE = 1, where STI is delegated");
}

CLAIM(6, NOTHING, "below M, interrupts of M are open whatever MIE says",
      "isa/arch/trap.c; Privileged 3.1.6.1, pitfall P32")
{
    for (unsigned m = 0; m < 2; m++) {
        struct hart hart = hart_in(modes[m]);
        hart.csr.mie = hart.wires = BIT(MTI);
        chosen(IRQ(MTI), &hart, m ? "in S with MIE = 0" : "in U with MIE = 0");
    }
}

CLAIM(6, NOTHING, "in M, MIE opens the interrupts of M",
      "isa/arch/trap.c; Privileged 3.1.6.1, pitfall P32")
{
    struct hart hart = hart_in(MODE_M);
    hart.csr.mie = hart.wires = BIT(MTI);
    hart.csr.mstatus |= SIE;
    chosen(0, &hart, "in M with MIE = 0 and SIE = 1");
    hart.csr.mstatus |= MIE;
    chosen(IRQ(MTI), &hart, "in M with MIE = 1");
}

CLAIM(6, NOTHING, "wfi goes on when an enabled interrupt is pending, whatever else is closed",
      "isa/arch/trap.c; Privileged 3.3.3, pitfall P28")
{
    for (unsigned m = 0; m < 3; m++)
        for (unsigned delegated = 0; delegated < 2; delegated++) {
            struct hart hart = hart_in(modes[m]);
            hart.csr.mideleg = delegated ? 0x222 : 0;
            hart.csr.mie = BIT(SSI) | BIT(MTI);
            hart.csr.mip = BIT(SSI);
            holds(trap_wakes(&hart), "SSI, enabled and pending, wakes", "it waits in %s",
                  mode_text(modes[m]));
            hart.csr.mip = 0;
            hart.wires = BIT(MTI);
            holds(trap_wakes(&hart), "the wire of MTI, enabled, wakes", "it waits in %s",
                  mode_text(modes[m]));
        }
}

CLAIM(6, NOTHING, "wfi waits where no enabled interrupt is pending",
      "isa/arch/trap.c; Privileged 3.3.3, pitfall P28")
{
    struct hart hart = hart_in(MODE_U);
    hart.csr.mie = BIT(SSI);
    holds(!trap_wakes(&hart), "nothing is pending: it waits", "it goes on");
    hart.csr.mip = BIT(STI);
    hart.wires = BIT(SEI);
    hart.csr.mstatus |= SIE | MIE;
    holds(!trap_wakes(&hart), "what is pending is not enabled: it waits", "it goes on");
}
