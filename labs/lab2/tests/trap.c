/* Lab 2, exercises 3 and 4: who takes a trap, and what the handler finds. */
#include "world.h"

static const enum mode modes[] = {MODE_U, MODE_S, MODE_M};

/* ---- exercise 3: who takes it ---------------------------------------------------------------- */

static void goes_to(enum mode claimed, struct hart hart, uint64_t cause)
{
    enum mode seen = trap_target(&hart, cause);
    holds(claimed == seen, claimed == MODE_M ? "it goes to M" : "it goes to S",
          "%s %lu from %s goes to %s; medeleg %#lx, mideleg %#lx",
          cause & BIT(63) ? "interrupt" : "exception", cause & 63, mode_text(hart.mode),
          mode_text(seen), hart.csr.medeleg, hart.csr.mideleg);
}

CLAIM(3, NOTHING, "what M has not delegated goes to M", "isa/arch/trap.c; Privileged 3.1.8")
{
    for (unsigned m = 0; m < 3; m++)
        for (unsigned number = 0; number < 16; number++) {
            goes_to(MODE_M, hart_in(modes[m]), number);
            goes_to(MODE_M, hart_in(modes[m]), IRQ(number));
        }
}

CLAIM(3, NOTHING, "a delegated trap from U or S goes to S", "isa/arch/trap.c; Privileged 3.1.8")
{
    for (unsigned m = 0; m < 2; m++)
        for (unsigned number = 0; number < 16; number++) {
            struct hart hart = hart_in(modes[m]);
            hart.csr.medeleg = BIT(number);
            goes_to(MODE_S, hart, number);
            hart = hart_in(modes[m]);
            hart.csr.mideleg = BIT(number);
            goes_to(MODE_S, hart, IRQ(number));
        }
}

CLAIM(3, NOTHING, "a trap from M stays in M, delegated or not",
      "isa/arch/trap.c; Privileged 3.1.8, pitfall P25")
{
    struct hart hart = hart_in(MODE_M);
    hart.csr.medeleg = hart.csr.mideleg = ALL;
    for (unsigned number = 0; number < 16; number++) {
        goes_to(MODE_M, hart, number);
        goes_to(MODE_M, hart, IRQ(number));
    }
}

CLAIM(3, NOTHING, "medeleg is for exceptions and mideleg for interrupts",
      "isa/arch/trap.c; Privileged 3.1.8")
{
    struct hart hart = hart_in(MODE_U);
    hart.csr.medeleg = ALL;
    goes_to(MODE_M, hart, IRQ(STI));
    goes_to(MODE_S, hart, 5);
    hart.csr.medeleg = 0;
    hart.csr.mideleg = ALL;
    goes_to(MODE_M, hart, 5);
    goes_to(MODE_S, hart, IRQ(STI));
}

CLAIM(3, NOTHING, "only the bit of the cause's own number delegates it",
      "isa/arch/trap.c; Privileged 3.1.8")
{
    for (unsigned number = 0; number < 16; number++) {
        struct hart hart = hart_in(MODE_S);
        hart.csr.medeleg = hart.csr.mideleg = ~BIT(number);
        goes_to(MODE_M, hart, number);
        goes_to(MODE_M, hart, IRQ(number));
    }
}

/* ---- exercise 4: entering the handler -------------------------------------------------------- */

/* A hart in `mode` that delegates all that can be. */
static struct hart delegating(enum mode mode)
{
    struct hart hart = hart_in(mode);
    hart.csr.medeleg = 0xb3ff;
    hart.csr.mideleg = 0x222;
    return hart;
}

static void enter(struct hart *hart, uint64_t cause, uint64_t tval)
{
    trap_enter(hart, (struct trap){.cause = cause, .tval = tval});
}

CLAIM(4, NEEDS(3), "S is told where, why and what with",
      "isa/arch/trap.c; Privileged 4.1.7 to 4.1.9")
{
    struct hart hart = delegating(MODE_U);
    enter(&hart, 13, 0xdeadbeef);
    same_u64(0x80001236, hart.csr.sepc, "sepc: the pc of what trapped");
    same_u64(13, hart.csr.scause, "scause");
    same_u64(0xdeadbeef, hart.csr.stval, "stval");
}

CLAIM(4, NEEDS(3), "M is told where, why and what with",
      "isa/arch/trap.c; Privileged 3.1.14 to 3.1.16")
{
    struct hart hart = hart_in(MODE_U);
    enter(&hart, 13, 0xdeadbeef);
    same_u64(0x80001236, hart.csr.mepc, "mepc: the pc of what trapped");
    same_u64(13, hart.csr.mcause, "mcause");
    same_u64(0xdeadbeef, hart.csr.mtval, "mtval");
}

CLAIM(4, NEEDS(3), "nothing of an earlier trap stays in cause and tval",
      "isa/arch/trap.c; Privileged 3.1.15, 3.1.16")
{
    struct hart hart = delegating(MODE_U);
    enter(&hart, 15, 0x1234);
    hart.mode = MODE_U;
    hart.pc = 0x80001300;
    enter(&hart, IRQ(SSI), 0);
    same_u64(IRQ(SSI), hart.csr.scause, "scause of an interrupt after a page fault");
    same_u64(0, hart.csr.stval, "its stval");
    same_u64(0x80001300, hart.csr.sepc, "its sepc");
    hart = hart_in(MODE_U);
    enter(&hart, 15, 0x1234);
    enter(&hart, 11, 0);
    same_u64(11, hart.csr.mcause, "mcause of a call after a page fault");
    same_u64(0, hart.csr.mtval, "its mtval");
}

CLAIM(4, NEEDS(3), "the handler runs in the mode that takes the trap",
      "isa/arch/trap.c; Privileged 3.1.8")
{
    for (unsigned m = 0; m < 3; m++) {
        struct hart hart = delegating(modes[m]);
        enter(&hart, 2, 0);
        enum mode claimed = modes[m] == MODE_M ? MODE_M : MODE_S;
        same_u64(claimed, hart.mode, "the mode after a delegated trap from %s",
                 mode_text(modes[m]));
        hart = hart_in(modes[m]);
        enter(&hart, 2, 0);
        same_u64(MODE_M, hart.mode, "the mode after a trap from %s that is not delegated",
                 mode_text(modes[m]));
    }
}

CLAIM(4, NEEDS(3), "SPP says whether the trap came from S",
      "isa/arch/trap.c; Privileged 4.1.1, pitfall P25")
{
    struct hart hart = delegating(MODE_U);
    hart.csr.mstatus |= SPP;
    enter(&hart, 8, 0);
    same_u64(0, hart.csr.mstatus & SPP, "SPP after a trap from U, where it was 1");
    hart = delegating(MODE_S);
    enter(&hart, 3, 0);
    same_u64(SPP, hart.csr.mstatus & SPP, "SPP after a trap from S, where it was 0");
}

CLAIM(4, NEEDS(3), "SPIE becomes what SIE was, and SIE is cleared",
      "isa/arch/trap.c; Privileged 3.1.6.1, 4.1.1, pitfall P25")
{
    struct hart hart = delegating(MODE_U);
    hart.csr.mstatus |= SIE;
    enter(&hart, 8, 0);
    same_u64(SPIE, hart.csr.mstatus & (SIE | SPIE), "SIE and SPIE, where SIE was 1");
    hart = delegating(MODE_U);
    hart.csr.mstatus |= SPIE;
    enter(&hart, 8, 0);
    same_u64(0, hart.csr.mstatus & (SIE | SPIE), "SIE and SPIE, where SIE was 0 and SPIE 1");
}

CLAIM(4, NEEDS(3), "MPP is the number of the mode that the trap came from",
      "isa/arch/trap.c; Privileged 3.1.6.1, pitfall P25")
{
    for (unsigned m = 0; m < 3; m++)
        for (unsigned old = 0; old < 3; old++) {
            struct hart hart = hart_in(modes[m]);
            hart.csr.mstatus |= MPP(modes[old]);
            enter(&hart, 2, 0);
            same_u64(MPP(modes[m]), hart.csr.mstatus & MPP(3),
                     "MPP after a trap from %s, where it was %u", mode_text(modes[m]), modes[old]);
        }
}

CLAIM(4, NEEDS(3), "MPIE becomes what MIE was, and MIE is cleared",
      "isa/arch/trap.c; Privileged 3.1.6.1, pitfall P25")
{
    struct hart hart = hart_in(MODE_M);
    hart.csr.mstatus |= MIE;
    enter(&hart, 3, 0);
    same_u64(MPIE, hart.csr.mstatus & (MIE | MPIE), "MIE and MPIE, where MIE was 1");
    hart = hart_in(MODE_M);
    hart.csr.mstatus |= MPIE;
    enter(&hart, 3, 0);
    same_u64(0, hart.csr.mstatus & (MIE | MPIE), "MIE and MPIE, where MIE was 0 and MPIE 1");
}

CLAIM(4, NEEDS(3), "a trap to S leaves what is M's alone",
      "isa/arch/trap.c; Privileged 3.1.6.1, 4.1.1")
{
    struct hart hart = delegating(MODE_U);
    uint64_t others = MIE | MPIE | MPP(3) | MPRV | SUM | MXR;
    hart.csr.mstatus |= others;
    hart.csr.mepc = hart.csr.mcause = hart.csr.mtval = 0x5555;
    enter(&hart, 2, 7);
    same_u64(others, hart.csr.mstatus & others, "the other bits of mstatus");
    holds(hart.csr.mepc == 0x5555 && hart.csr.mcause == 0x5555 && hart.csr.mtval == 0x5555,
          "mepc, mcause and mtval stay 0x5555", "%#lx, %#lx, %#lx", hart.csr.mepc, hart.csr.mcause,
          hart.csr.mtval);
}

CLAIM(4, NEEDS(3), "a trap to M leaves what is S's alone, and MPRV",
      "isa/arch/trap.c; Privileged 3.1.6.1, 3.1.6.3")
{
    struct hart hart = hart_in(MODE_S);
    uint64_t others = SIE | SPIE | SPP | MPRV | SUM | MXR | TVM | TSR;
    hart.csr.mstatus |= others;
    hart.csr.sepc = hart.csr.scause = hart.csr.stval = 0x5555;
    enter(&hart, 2, 7);
    same_u64(others, hart.csr.mstatus & others, "the other bits of mstatus");
    holds(hart.csr.sepc == 0x5555 && hart.csr.scause == 0x5555 && hart.csr.stval == 0x5555,
          "sepc, scause and stval stay 0x5555", "%#lx, %#lx, %#lx", hart.csr.sepc, hart.csr.scause,
          hart.csr.stval);
}

CLAIM(4, NEEDS(3), "in direct mode all traps go to the base",
      "isa/arch/trap.c; Privileged 3.1.7, 4.1.2")
{
    static const uint64_t causes[] = {2, 13, IRQ(SSI), IRQ(SEI)};
    for (unsigned i = 0; i < 4; i++) {
        struct hart hart = delegating(MODE_U);
        enter(&hart, causes[i], 0);
        same_u64(0x80002000, hart.pc, "the pc in S, cause %#lx", causes[i]);
        hart = hart_in(MODE_U);
        enter(&hart, causes[i], 0);
        same_u64(0x80003000, hart.pc, "the pc in M, cause %#lx", causes[i]);
    }
}

CLAIM(4, NEEDS(3), "in vectored mode an interrupt goes four bytes a number behind the base",
      "isa/arch/trap.c; Privileged 3.1.7, 4.1.2")
{
    static const unsigned numbers[] = {SSI, STI, SEI};
    for (unsigned i = 0; i < 3; i++) {
        struct hart hart = delegating(MODE_U);
        hart.csr.stvec |= 1;
        enter(&hart, IRQ(numbers[i]), 0);
        same_u64(0x80002000 + 4 * numbers[i], hart.pc, "the pc in S, interrupt %u", numbers[i]);
        hart = hart_in(MODE_U);
        hart.csr.mtvec |= 1;
        enter(&hart, IRQ(numbers[i] + 2), 0);
        same_u64(0x80003000 + 4 * (numbers[i] + 2), hart.pc, "the pc in M, interrupt %u",
                 numbers[i] + 2);
    }
}

CLAIM(4, NEEDS(3), "in vectored mode an exception goes to the base",
      "isa/arch/trap.c; Privileged 3.1.7, 4.1.2, pitfall P25")
{
    static const uint64_t causes[] = {2, 8, 13, 15};
    for (unsigned i = 0; i < 4; i++) {
        struct hart hart = delegating(MODE_U);
        hart.csr.stvec |= 1;
        enter(&hart, causes[i], 0);
        same_u64(0x80002000, hart.pc, "the pc in S, exception %lu", causes[i]);
        hart = hart_in(MODE_U);
        hart.csr.mtvec |= 1;
        enter(&hart, causes[i], 0);
        same_u64(0x80003000, hart.pc, "the pc in M, exception %lu", causes[i]);
    }
}
