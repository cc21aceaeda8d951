/* Lab 2, exercises 1 and 2: CSR instructions, and CSRs that show the bits of others. */
#include "world.h"

#include <string.h>

#define MSCRATCH 0x340
#define SSCRATCH 0x140
#define MIP 0x344
#define MSTATUS 0x300
#define SSTATUS 0x100
#define MHARTID 0xf14
#define CYCLE 0xc00
#define FCSR 0x003
#define SATP 0x180
#define SIE_CSR 0x104
#define SIP 0x144

static struct hart with_mscratch(uint64_t value)
{
    struct hart hart = hart_in(MODE_M);
    hart.csr.mscratch = value;
    return hart;
}

/* ---- exercise 1: CSR instructions ----------------------------------------------------------- */

CLAIM(1, NOTHING, "csrrw gives the old value and leaves the new one", "isa/arch/csr.c; ISA 9.1")
{
    struct hart hart = with_mscratch(0x1111);
    same_u64(0x1111, swap(&hart, MSCRATCH, 0x2222), "what csrrw gives");
    same_u64(0x2222, peek(&hart, MSCRATCH), "mscratch after it");
}

CLAIM(1, NOTHING, "csrrs sets the bits of its mask and no others", "isa/arch/csr.c; ISA 9.1")
{
    struct hart hart = with_mscratch(0x0ff0);
    uint64_t old = 0;
    csr_access(&hart, &port, MSCRATCH, CSR_SET, true, 0x8111, &old);
    same_u64(0x0ff0, old, "what csrrs gives");
    same_u64(0x8ff1, peek(&hart, MSCRATCH), "0xff0 with the bits of 0x8111 set");
}

CLAIM(1, NOTHING, "csrrc clears the bits of its mask and no others", "isa/arch/csr.c; ISA 9.1")
{
    struct hart hart = with_mscratch(0x0ff0);
    uint64_t old = 0;
    csr_access(&hart, &port, MSCRATCH, CSR_CLEAR, true, 0x8111, &old);
    same_u64(0x0ff0, old, "what csrrc gives");
    same_u64(0x0ee0, peek(&hart, MSCRATCH), "0xff0 with the bits of 0x8111 cleared");
}

CLAIM(1, NOTHING, "a CSR instruction that only reads changes nothing",
      "isa/arch/csr.h; ISA 9.1, pitfall P19")
{
    struct hart hart = with_mscratch(0x1111);
    uint64_t old = 0;
    csr_access(&hart, &port, MSCRATCH, CSR_SWAP, false, 0x2222, &old);
    csr_access(&hart, &port, MSCRATCH, CSR_SET, false, 0x2222, &old);
    same_u64(0x1111, old, "what it gives");
    same_u64(0x1111, peek(&hart, MSCRATCH), "mscratch");
}

CLAIM(1, NOTHING, "a zero is written like any other value", "isa/arch/csr.h; ISA 9.1, pitfall P19")
{
    struct hart hart = with_mscratch(0x1111);
    same_u64(0x1111, swap(&hart, MSCRATCH, 0), "what csrrw gives");
    same_u64(0, peek(&hart, MSCRATCH), "mscratch");
    hart = hart_in(MODE_M);
    uint64_t old;
    holds(!csr_access(&hart, &port, CYCLE, CSR_SET, true, 0, &old),
          "csrrs of cycle with a register that holds zero is a write, and refused", "done");
}

CLAIM(1, NOTHING, "a CSR is refused to a mode below its own", "isa/arch/csr.c; Privileged 2.1")
{
    static const struct {
        unsigned number;
        enum mode mode;
    } rows[] = {{MSCRATCH, MODE_S}, {MSCRATCH, MODE_U}, {SSCRATCH, MODE_U}, {MHARTID, MODE_S}};
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        holds(!may_read(hart_in(rows[i].mode), rows[i].number), "the read is refused",
              "CSR %#x can be read in %s", rows[i].number, mode_text(rows[i].mode));
}

CLAIM(1, NOTHING, "a CSR is open to its own mode and to those above",
      "isa/arch/csr.c; Privileged 2.1")
{
    static const struct {
        unsigned number;
        enum mode mode;
    } rows[] = {{MSCRATCH, MODE_M}, {SSCRATCH, MODE_S}, {SSCRATCH, MODE_M}, {CYCLE, MODE_M}};
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
        holds(may_read(hart_in(rows[i].mode), rows[i].number), "the read is allowed",
              "CSR %#x is refused in %s", rows[i].number, mode_text(rows[i].mode));
}

CLAIM(1, NOTHING, "a read-only CSR can be read and not written", "isa/arch/csr.c; Privileged 2.1")
{
    static const unsigned numbers[] = {MHARTID, CYCLE, 0xc01, 0xf11};
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        holds(may_read(hart_in(MODE_M), numbers[i]), "M reads it", "CSR %#x: refused", numbers[i]);
        holds(!may_write(hart_in(MODE_M), numbers[i]), "a write is refused, to M too",
              "CSR %#x: written", numbers[i]);
    }
}

CLAIM(1, NOTHING, "a number that no CSR has is refused in every mode",
      "isa/arch/csr.c; Privileged 2.1, pitfall P21")
{
    static const unsigned numbers[] = {0x5c0, 0x3a1, 0x7b0, 0xfff};
    for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++)
        holds(!may_read(hart_in(MODE_M), numbers[i]), "the read is refused", "CSR %#x can be read",
              numbers[i]);
}

CLAIM(1, NOTHING, "a CSR of an extension that the hart has not is refused",
      "isa/arch/csr.c; Privileged 2.1")
{
    struct hart hart = hart_in(MODE_M);
    hart.isa = ISA_FULL & ~(ISA(F) | ISA(D) | ISA(Sstc));
    hart.csr.mstatus |= FS;
    holds(!may_read(hart, FCSR), "without F, fcsr is refused", "it can be read");
    holds(!may_read(hart, 0x14d), "without Sstc, stimecmp is refused", "it can be read");
}

CLAIM(1, NOTHING, "what is refused leaves the hart and the old value alone",
      "isa/arch/csr.c; pitfall P21")
{
    static struct hart hart, before;
    hart = before = hart_in(MODE_U);
    uint64_t old = 0xabcd;
    holds(!csr_access(&hart, &port, SSCRATCH, CSR_SWAP, true, 0x1234, &old), "U is refused",
          "it wrote sscratch");
    holds(memcmp(&hart, &before, sizeof hart) == 0, "nothing has changed", "the hart has changed");
    same_u64(0xabcd, old, "the place for the old value");
}

CLAIM(1, NOTHING, "the floating-point CSRs are there only while FS is on",
      "isa/arch/csr.c; Privileged 3.1.6.6")
{
    struct hart hart = hart_in(MODE_U);
    holds(!may_read(hart, FCSR), "with FS off, fcsr is refused", "it can be read");
    for (uint64_t fs = 1; fs < 4; fs++) {
        hart.csr.mstatus = fs << 13;
        holds(may_read(hart, FCSR), "with FS on, fcsr can be read", "refused with FS = %lu", fs);
    }
}

CLAIM(1, NOTHING, "TVM keeps satp from S, and nothing else", "isa/arch/csr.c; Privileged 3.1.6.5")
{
    struct hart hart = hart_in(MODE_S);
    holds(may_read(hart, SATP), "without TVM, S reads satp", "refused");
    hart.csr.mstatus |= TVM;
    holds(!may_read(hart, SATP), "under TVM, satp is refused to S", "S reads it");
    holds(may_read(hart, SSCRATCH), "under TVM, S reads sscratch", "refused");
    hart.mode = MODE_M;
    holds(may_read(hart, SATP), "under TVM, M reads satp", "refused");
}

CLAIM(1, NOTHING, "a counter is open to U where mcounteren and scounteren both open it",
      "isa/arch/csr.c; Privileged 3.1.11, 4.1.5")
{
    for (unsigned number = CYCLE; number < CYCLE + 3; number++)
        for (unsigned open = 0; open < 4; open++) {
            struct hart hart = hart_in(MODE_U);
            hart.csr.mcounteren = open & 1 ? BIT(number & 31) : ~BIT(number & 31);
            hart.csr.scounteren = open & 2 ? BIT(number & 31) : ~BIT(number & 31);
            holds(may_read(hart, number) == (open == 3), "U reads a counter that both have opened",
                  "CSR %#x, mcounteren %s, scounteren %s: %s", number, open & 1 ? "open" : "closed",
                  open & 2 ? "open" : "closed", open == 3 ? "refused" : "read");
        }
}

CLAIM(1, NOTHING, "stimecmp is open to S where menvcfg and mcounteren both open it",
      "isa/arch/csr.c; Sstc 2.1")
{
    for (unsigned open = 0; open < 4; open++) {
        struct hart hart = hart_in(MODE_S);
        hart.csr.menvcfg = open & 1 ? BIT(63) : 0;
        hart.csr.mcounteren = open & 2 ? BIT(1) : 0;
        holds(may_read(hart, 0x14d) == (open == 3), "STCE and TM together open it to S",
              "STCE %u, TM %u: %s", open & 1, open >> 1, open == 3 ? "refused" : "read");
        hart.mode = MODE_M;
        holds(may_read(hart, 0x14d), "M reads it always", "refused");
    }
}

CLAIM(1, NOTHING, "csrrs of mip reads the wires and does not store them",
      "isa/arch/csr.c; Privileged 3.1.9, pitfall P22")
{
    struct hart hart = hart_in(MODE_M);
    uint64_t old = 0;
    hart.wires = BIT(SEI);
    csr_access(&hart, &port, MIP, CSR_SET, true, BIT(SSI), &old);
    same_u64(BIT(SEI), old, "mip as it is read: the wire of SEI");
    hart.wires = 0;
    same_u64(BIT(SSI), peek(&hart, MIP), "mip when the wire has gone");
}

CLAIM(1, NOTHING, "the port hears of a write, after it, and of no read", "isa/arch/port.h")
{
    struct hart hart = hart_in(MODE_M);
    uint64_t old;
    told_by = &hart;
    csr_access(&hart, &port, 0x14d, CSR_SET, false, 0, &old);
    swap(&hart, MSCRATCH, 1);
    same_u64(0, told, "how often it was told, of a read of stimecmp and a write of mscratch");
    swap(&hart, 0x14d, 777);
    same_u64(1, told, "how often it was told, of a write of stimecmp");
    same_u64(CHANGE_TIMER, told_of, "what it was told");
    same_u64(777, told_stimecmp, "stimecmp when it was told");
}

/* ---- exercise 2: views and legal values ------------------------------------------------------ */

CLAIM(2, NOTHING, "sstatus shows what S may see of mstatus",
      "isa/arch/csr.c; Privileged 4.1.1, figure 4.2")
{
    struct hart hart = hart_in(MODE_S);
    hart.csr.mstatus = ALL;
    /* SD UXL MXR SUM XS FS VS SPP UBE SPIE SIE */
    same_u64(0x80000003000de762, peek(&hart, SSTATUS), "sstatus where mstatus is all ones");
    hart.csr.mstatus = SPP | MPP(3) | MIE | SIE;
    same_u64(SPP | SIE, peek(&hart, SSTATUS), "sstatus where mstatus has SPP, MPP, MIE, SIE");
}

CLAIM(2, NEEDS(1), "a write of sstatus changes S's bits of mstatus and no others",
      "isa/arch/csr.c; Privileged 4.1.1, pitfall P22")
{
    struct hart hart = hart_in(MODE_S);
    uint64_t xl = hart.csr.mstatus, of_m = MIE | MPIE | MPP(3) | MPRV | TVM | TSR;
    hart.csr.mstatus |= of_m | SIE | SUM;
    swap(&hart, SSTATUS, 0);
    same_u64(xl | of_m, hart.csr.mstatus, "mstatus after a write of zeros");
    hart.csr.mstatus = xl;
    swap(&hart, SSTATUS, ALL);
    same_u64(xl | SIE | SPIE | SPP | FS | SUM | MXR, hart.csr.mstatus,
             "mstatus after a write of ones");
}

CLAIM(2, NEEDS(1), "a hart without F has no FS to write", "isa/arch/csr.c; Privileged 3.1.6.6")
{
    struct hart hart = hart_in(MODE_S);
    hart.isa = ISA_FULL & ~(ISA(F) | ISA(D));
    swap(&hart, SSTATUS, ALL);
    same_u64(0, hart.csr.mstatus & FS, "FS after a write of ones");
}

CLAIM(2, NOTHING, "sie shows the delegated interrupts of mie",
      "isa/arch/csr.c; Privileged 4.1.3, pitfall P22")
{
    struct hart hart = hart_in(MODE_S);
    hart.csr.mie = 0xaaa;
    same_u64(0, peek(&hart, SIE_CSR), "sie where nothing is delegated");
    hart.csr.mideleg = BIT(SSI) | BIT(SEI);
    same_u64(BIT(SSI) | BIT(SEI), peek(&hart, SIE_CSR), "sie where SSI and SEI are");
}

CLAIM(2, NEEDS(1), "a write of sie leaves what is not delegated",
      "isa/arch/csr.c; Privileged 4.1.3, pitfall P22")
{
    struct hart hart = hart_in(MODE_S);
    hart.csr.mie = 0xaaa;
    hart.csr.mideleg = BIT(SSI) | BIT(SEI);
    swap(&hart, SIE_CSR, 0);
    same_u64(0xaaa & ~(BIT(SSI) | BIT(SEI)), hart.csr.mie, "mie after a write of zeros");
    hart.csr.mie = 0;
    swap(&hart, SIE_CSR, ALL);
    same_u64(BIT(SSI) | BIT(SEI), hart.csr.mie, "mie after a write of ones");
}

CLAIM(2, NOTHING, "sip shows the delegated interrupts of mip, wires among them",
      "isa/arch/csr.c; Privileged 4.1.3, pitfall P22")
{
    struct hart hart = hart_in(MODE_S);
    hart.csr.mip = BIT(SSI) | BIT(STI);
    hart.wires = BIT(SEI) | BIT(MTI);
    same_u64(0, peek(&hart, SIP), "sip where nothing is delegated");
    hart.csr.mideleg = BIT(SSI) | BIT(SEI);
    same_u64(BIT(SSI) | BIT(SEI), peek(&hart, SIP), "sip where SSI and SEI are");
}

CLAIM(2, NEEDS(1), "of sip, S writes SSIP alone, and where it is delegated",
      "isa/arch/csr.c; Privileged 4.1.3")
{
    struct hart hart = hart_in(MODE_S);
    hart.csr.mideleg = BIT(SSI) | BIT(STI) | BIT(SEI);
    swap(&hart, SIP, ALL);
    same_u64(BIT(SSI), hart.csr.mip, "mip after a write of ones");
    hart.csr.mip = BIT(SSI) | BIT(STI) | BIT(SEI);
    swap(&hart, SIP, 0);
    same_u64(BIT(STI) | BIT(SEI), hart.csr.mip, "mip after a write of zeros");
    hart.csr.mip = 0;
    hart.csr.mideleg = BIT(STI);
    swap(&hart, SIP, ALL);
    same_u64(0, hart.csr.mip, "mip after a write of ones where SSI is not delegated");
}

CLAIM(2, NEEDS(1), "mstatus takes what is written to it, and keeps what is read-only",
      "isa/arch/csr.c; Privileged 3.1.6")
{
    struct hart hart = hart_in(MODE_M);
    uint64_t xl = (uint64_t)0xa << 32; /* UXL = SXL = 2: 64 bits */
    swap(&hart, MSTATUS, ALL);
    same_u64(xl | 0x7e79aa, hart.csr.mstatus, "mstatus after a write of ones");
    swap(&hart, MSTATUS, 0);
    same_u64(xl, hart.csr.mstatus, "mstatus after a write of zeros");
}

CLAIM(2, NEEDS(1), "MPP takes the numbers of the three modes", "isa/arch/csr.c; Privileged 3.1.6.1")
{
    static const unsigned modes[] = {0, 1, 3, 0};
    struct hart hart = hart_in(MODE_M);
    for (unsigned i = 0; i < 4; i++) {
        swap(&hart, MSTATUS, MPP(modes[i]));
        same_u64(MPP(modes[i]), hart.csr.mstatus & MPP(3), "MPP after a write of %u", modes[i]);
    }
}

CLAIM(2, NEEDS(1), "a write of mstatus with MPP = 2 keeps MPP and writes the rest",
      "isa/arch/csr.c; Privileged 2.3, 3.1.6.1, pitfall P23")
{
    static const unsigned modes[] = {0, 1, 3};
    for (unsigned i = 0; i < 3; i++) {
        struct hart hart = hart_in(MODE_M);
        hart.csr.mstatus |= MPP(modes[i]) | SIE;
        swap(&hart, MSTATUS, MPP(2) | MIE);
        same_u64(MPP(modes[i]), hart.csr.mstatus & MPP(3), "MPP, which was %u", modes[i]);
        same_u64(MIE, hart.csr.mstatus & (SIE | MIE), "SIE and MIE, of which only MIE was written");
    }
}
