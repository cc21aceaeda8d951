/* Trap entry, return and the choice of an interrupt (Privileged 3.1.6 to 3.1.9, 3.3.2, 3.3.3). */
#include "trap.h"

#include <criterion/criterion.h>
#include <string.h>

#include "csr.h"
#include "world.h"

#define IRQ(number) (CAUSE_INTERRUPT | (number))

static const enum mode modes[] = {MODE_U, MODE_S, MODE_M};

/* A hart that is about to trap, with handlers that can be told apart. */
static struct hart *trapping(enum mode mode)
{
    struct hart *hart = &world_new()->hart;
    hart->mode = mode;
    hart->pc = 0x80001236;
    hart->csr.stvec = 0x80002000;
    hart->csr.mtvec = 0x80003000;
    return hart;
}

static void enter(struct hart *hart, uint64_t cause, uint64_t tval)
{
    trap_enter(hart, (struct trap){.cause = cause, .tval = tval});
}

static uint64_t status_bits(const struct hart *hart, uint64_t mask)
{
    return hart->csr.mstatus & mask;
}

Test(trap, p25_entry_into_m_saves_what_was)
{
    for (int m = 0; m < 3; m++)
        for (int open = 0; open < 2; open++) {
            struct hart *hart = trapping(modes[m]);
            hart->csr.mstatus |= open ? MSTATUS_MIE : MSTATUS_MPIE;
            enter(hart, 5, 0xdeadbeef);
            cr_expect_eq(hart->csr.mepc, 0x80001236);
            cr_expect_eq(hart->csr.mcause, 5);
            cr_expect_eq(hart->csr.mtval, 0xdeadbeef);
            cr_expect_eq(hart->mode, MODE_M);
            cr_expect_eq(hart->pc, 0x80003000);
            cr_expect_eq(status_bits(hart, MSTATUS_MPP) >> 11, modes[m], "MPP from %d", modes[m]);
            cr_expect_eq(status_bits(hart, MSTATUS_MPIE), open ? MSTATUS_MPIE : 0);
            cr_expect_eq(status_bits(hart, MSTATUS_MIE), 0);
            cr_expect_eq(hart->csr.sepc | hart->csr.scause | hart->csr.stval, 0, "S saw nothing");
        }
}

Test(trap, p25_entry_into_s_saves_what_was)
{
    for (int m = 0; m < 2; m++)
        for (int open = 0; open < 2; open++) {
            struct hart *hart = trapping(modes[m]);
            hart->csr.medeleg = 1 << 5;
            hart->csr.mstatus |= open ? MSTATUS_SIE : MSTATUS_SPIE;
            hart->csr.mstatus |= modes[m] == MODE_U ? MSTATUS_SPP : 0;
            enter(hart, 5, 0xdeadbeef);
            cr_expect_eq(hart->csr.sepc, 0x80001236);
            cr_expect_eq(hart->csr.scause, 5);
            cr_expect_eq(hart->csr.stval, 0xdeadbeef);
            cr_expect_eq(hart->mode, MODE_S);
            cr_expect_eq(hart->pc, 0x80002000);
            cr_expect_eq(status_bits(hart, MSTATUS_SPP), modes[m] == MODE_S ? MSTATUS_SPP : 0);
            cr_expect_eq(status_bits(hart, MSTATUS_SPIE), open ? MSTATUS_SPIE : 0);
            cr_expect_eq(status_bits(hart, MSTATUS_SIE), 0);
            cr_expect_eq(hart->csr.mepc | hart->csr.mcause | hart->csr.mtval, 0, "M saw nothing");
        }
}

Test(trap, entry_leaves_the_other_modes_status_alone)
{
    struct hart *hart = trapping(MODE_S);
    uint64_t others = MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_MPRV | MSTATUS_SUM |
                      MSTATUS_MXR | MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR;
    hart->csr.mstatus |= others;
    enter(hart, 2, 0);
    cr_expect_eq(status_bits(hart, others), others, "M keeps S's bits, and MPRV");
    hart = trapping(MODE_U);
    hart->csr.medeleg = 4;
    others = MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_SUM | MSTATUS_MXR;
    hart->csr.mstatus |= others;
    enter(hart, 2, 0);
    cr_expect_eq(status_bits(hart, others), others, "S keeps M's bits");
}

Test(trap, p25_vectored_mode_is_for_interrupts_alone)
{
    static const struct {
        uint64_t cause, offset;
    } rows[] = {
        {2, 0},       {8, 0},       {15, 0},      {IRQ(1), 4},   {IRQ(3), 12},
        {IRQ(5), 20}, {IRQ(7), 28}, {IRQ(9), 36}, {IRQ(11), 44},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hart *hart = trapping(MODE_U);
        hart->csr.mtvec = 0x80003000 | 1;
        enter(hart, rows[i].cause, 0);
        cr_expect_eq(hart->pc, 0x80003000 + rows[i].offset, "M, cause %lx", rows[i].cause);
        hart = trapping(MODE_U);
        hart->csr.stvec = 0x80002000 | 1;
        hart->csr.medeleg = hart->csr.mideleg = ~(uint64_t)0;
        enter(hart, rows[i].cause, 0);
        cr_expect_eq(hart->pc, 0x80002000 + rows[i].offset, "S, cause %lx", rows[i].cause);
        hart = trapping(MODE_U);
        enter(hart, rows[i].cause, 0);
        cr_expect_eq(hart->pc, 0x80003000, "direct, cause %lx", rows[i].cause);
    }
}

Test(trap, each_exception_goes_where_medeleg_says)
{
    static const unsigned causes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 15};
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        for (int m = 0; m < 3; m++) {
            struct hart *hart = trapping(modes[m]);
            cr_expect_eq(trap_target(hart, causes[i]), MODE_M, "%u is not delegated", causes[i]);
            hart->csr.mideleg = ~(uint64_t)0;
            hart->csr.medeleg = ~((uint64_t)1 << causes[i]);
            cr_expect_eq(trap_target(hart, causes[i]), MODE_M, "only others are delegated");
            hart->csr.mideleg = 0;
            hart->csr.medeleg = (uint64_t)1 << causes[i];
            enum mode target = modes[m] == MODE_M ? MODE_M : MODE_S;
            cr_expect_eq(trap_target(hart, causes[i]), target, "%u from %d", causes[i], modes[m]);
            enter(hart, causes[i], 0);
            cr_expect_eq(hart->mode, target, "%u from %d", causes[i], modes[m]);
        }
}

Test(trap, p25_a_trap_never_goes_to_a_less_privileged_mode)
{
    struct hart *hart = trapping(MODE_M);
    hart->csr.medeleg = hart->csr.mideleg = ~(uint64_t)0;
    for (unsigned cause = 0; cause < 16; cause++) {
        cr_expect_eq(trap_target(hart, cause), MODE_M, "exception %u", cause);
        cr_expect_eq(trap_target(hart, IRQ(cause)), MODE_M, "interrupt %u", cause);
    }
}

Test(trap, each_interrupt_goes_where_mideleg_says)
{
    static const unsigned irqs[] = {1, 5, 9};
    for (size_t i = 0; i < 3; i++) {
        struct hart *hart = trapping(MODE_U);
        hart->csr.medeleg = ~(uint64_t)0;
        cr_expect_eq(trap_target(hart, IRQ(irqs[i])), MODE_M, "medeleg is not for %u", irqs[i]);
        hart->csr.medeleg = 0;
        hart->csr.mideleg = (uint64_t)1 << irqs[i];
        cr_expect_eq(trap_target(hart, IRQ(irqs[i])), MODE_S, "%u", irqs[i]);
    }
}

/* --- the choice of an interrupt --- */

Test(trap, p31_priority_is_mei_msi_mti_sei_ssi_sti)
{
    static const unsigned order[] = {11, 3, 7, 9, 1, 5};
    struct hart *hart = trapping(MODE_U);
    hart->csr.mie = 0xaaa;
    hart->wires = 0xaaa;
    for (int i = 0; i < 6; i++) {
        cr_expect_eq(trap_pending(hart), IRQ(order[i]), "after %d: %lx", i, trap_pending(hart));
        hart->wires &= ~((uint64_t)1 << order[i]);
    }
    cr_expect_eq(trap_pending(hart), 0);
}

Test(trap, p31_the_order_is_the_same_among_the_delegated)
{
    static const unsigned order[] = {9, 1, 5};
    struct hart *hart = trapping(MODE_U);
    hart->csr.mideleg = hart->csr.mie = hart->csr.mip = 0x222;
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(trap_pending(hart), IRQ(order[i]));
        hart->csr.mip &= ~((uint64_t)1 << order[i]);
    }
}

Test(trap, p31_what_goes_to_m_goes_before_what_goes_to_s)
{
    struct hart *hart = trapping(MODE_S);
    hart->csr.mie = hart->csr.mip = 0x222;
    hart->csr.mstatus |= MSTATUS_SIE;
    hart->csr.mideleg = MIP_SEIP | MIP_SSIP;
    cr_expect_eq(trap_pending(hart), IRQ(5), "STI of M before SEI of S");
}

Test(trap, p31_only_pending_and_enabled_interrupts_are_chosen_from)
{
    struct hart *hart = trapping(MODE_U);
    hart->csr.mip = MIP_SEIP | MIP_STIP;
    hart->csr.mie = MIP_STIP | MIP_SSIP;
    cr_expect_eq(trap_pending(hart), IRQ(5));
    hart->csr.mie = MIP_SSIP;
    cr_expect_eq(trap_pending(hart), 0);
}

/* Privileged 3.1.6.1: interrupts of a higher mode are always open, of a lower one never. */
Test(trap, p32_a_modes_enable_bit_binds_only_that_mode)
{
    static const struct {
        enum mode mode;
        uint64_t status;
        bool m_taken, s_taken;
    } rows[] = {
        {MODE_U, 0, true, true},
        {MODE_S, 0, true, false},
        {MODE_S, MSTATUS_SIE, true, true},
        {MODE_S, MSTATUS_MIE, true, false},
        {MODE_M, 0, false, false},
        {MODE_M, MSTATUS_SIE, false, false},
        {MODE_M, MSTATUS_MIE, true, false},
        {MODE_M, MSTATUS_MIE | MSTATUS_SIE, true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hart *hart = trapping(rows[i].mode);
        hart->csr.mstatus |= rows[i].status;
        hart->csr.mie = 0xaaa;
        hart->csr.mideleg = 0x222;
        hart->wires = MIP_MTIP;
        cr_expect_eq(trap_pending(hart), rows[i].m_taken ? IRQ(7) : 0, "M's, row %zu", i);
        hart->wires = MIP_STIP;
        cr_expect_eq(trap_pending(hart), rows[i].s_taken ? IRQ(5) : 0, "S's, row %zu", i);
        hart->csr.mideleg = 0;
        cr_expect_eq(trap_pending(hart), rows[i].m_taken ? IRQ(5) : 0, "M's STI, row %zu", i);
    }
}

Test(trap, an_m_interrupt_that_is_masked_does_not_hide_one_of_s)
{
    struct hart *hart = trapping(MODE_U);
    hart->csr.mie = MIP_SSIP;
    hart->csr.mideleg = MIP_SSIP;
    hart->csr.mip = MIP_SSIP;
    hart->wires = MIP_MTIP;
    cr_expect_eq(trap_pending(hart), IRQ(1));
}

Test(trap, a_wire_and_a_software_bit_are_equally_pending)
{
    struct hart *hart = trapping(MODE_U);
    hart->csr.mie = MIP_SEIP;
    hart->wires = MIP_SEIP;
    cr_expect_eq(trap_pending(hart), IRQ(9));
    hart->wires = 0;
    hart->csr.mip = MIP_SEIP;
    cr_expect_eq(trap_pending(hart), IRQ(9));
}

/* Privileged 3.3.3 */
Test(trap, p28_wfi_wakes_on_pending_and_enabled_whatever_xie_and_mideleg_say)
{
    for (int m = 0; m < 3; m++)
        for (int delegated = 0; delegated < 2; delegated++) {
            struct hart *hart = trapping(modes[m]);
            hart->csr.mideleg = delegated ? 0x222 : 0;
            hart->csr.mie = MIP_SSIP;
            cr_expect_not(trap_wakes(hart), "nothing is pending");
            hart->csr.mip = MIP_STIP;
            cr_expect_not(trap_wakes(hart), "what is pending is not enabled");
            hart->csr.mip = MIP_SSIP;
            cr_expect(trap_wakes(hart));
            hart->csr.mip = 0;
            hart->csr.mie = MIP_MTIP;
            hart->wires = MIP_MTIP;
            cr_expect(trap_wakes(hart), "a wire wakes");
        }
}

/* --- returns (Privileged 3.3.2, 3.1.6.1) --- */

Test(trap, p24_sret_restores)
{
    for (int spp = 0; spp < 2; spp++)
        for (int spie = 0; spie < 2; spie++)
            for (int m = 1; m < 3; m++) {
                struct hart *hart = trapping(modes[m]);
                hart->csr.sepc = 0x80004002;
                hart->csr.mstatus |= (spp ? MSTATUS_SPP : 0) | (spie ? MSTATUS_SPIE : 0);
                hart->csr.mstatus |= spie ? 0 : MSTATUS_SIE;
                hart->csr.mstatus |= MSTATUS_MPRV | MSTATUS_MPP | MSTATUS_MPIE | MSTATUS_MIE;
                cr_expect(trap_sret(hart));
                cr_expect_eq(hart->pc, 0x80004002);
                cr_expect_eq(hart->mode, spp ? MODE_S : MODE_U);
                cr_expect_eq(status_bits(hart, MSTATUS_SIE), spie ? MSTATUS_SIE : 0);
                cr_expect_eq(status_bits(hart, MSTATUS_SPIE), MSTATUS_SPIE);
                cr_expect_eq(status_bits(hart, MSTATUS_SPP), 0, "the least mode");
                cr_expect_eq(status_bits(hart, MSTATUS_MPRV), 0);
                uint64_t of_m = MSTATUS_MPP | MSTATUS_MPIE | MSTATUS_MIE;
                cr_expect_eq(status_bits(hart, of_m), of_m);
            }
}

Test(trap, p24_mret_restores)
{
    for (int m = 0; m < 3; m++)
        for (int mpie = 0; mpie < 2; mpie++) {
            struct hart *hart = trapping(MODE_M);
            hart->csr.mepc = 0x80004002;
            hart->csr.mstatus |= (uint64_t)modes[m] << 11 | (mpie ? MSTATUS_MPIE : MSTATUS_MIE);
            hart->csr.mstatus |= MSTATUS_MPRV | MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP;
            cr_expect(trap_mret(hart));
            cr_expect_eq(hart->pc, 0x80004002);
            cr_expect_eq(hart->mode, modes[m]);
            cr_expect_eq(status_bits(hart, MSTATUS_MIE), mpie ? MSTATUS_MIE : 0);
            cr_expect_eq(status_bits(hart, MSTATUS_MPIE), MSTATUS_MPIE);
            cr_expect_eq(status_bits(hart, MSTATUS_MPP), 0, "the least mode");
            cr_expect_eq(status_bits(hart, MSTATUS_MPRV), modes[m] == MODE_M ? MSTATUS_MPRV : 0,
                         "MPRV is cleared on leaving M");
            uint64_t of_s = MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP;
            cr_expect_eq(status_bits(hart, of_s), of_s);
        }
}

Test(trap, a_return_that_the_mode_may_not_do_changes_nothing)
{
    static const struct {
        enum mode mode;
        uint64_t status;
        bool may_sret, may_mret;
    } rows[] = {
        {MODE_U, 0, false, false}, {MODE_U, MSTATUS_TSR, false, false},
        {MODE_S, 0, true, false},  {MODE_S, MSTATUS_TSR, false, false},
        {MODE_M, 0, true, true},   {MODE_M, MSTATUS_TSR, true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct hart *hart = trapping(rows[i].mode);
        hart->csr.mstatus |= rows[i].status;
        struct hart before = *hart;
        cr_expect_eq(trap_sret(hart), rows[i].may_sret, "sret, row %zu", i);
        if (!rows[i].may_sret)
            cr_expect_eq(memcmp(hart, &before, sizeof before), 0, "sret, row %zu", i);
        *hart = before;
        cr_expect_eq(trap_mret(hart), rows[i].may_mret, "mret, row %zu", i);
        if (!rows[i].may_mret)
            cr_expect_eq(memcmp(hart, &before, sizeof before), 0, "mret, row %zu", i);
    }
}

Test(trap, entry_and_return_are_inverse_for_mode_enable_and_pc)
{
    for (int m = 0; m < 2; m++)
        for (int open = 0; open < 2; open++) {
            struct hart *hart = trapping(modes[m]);
            hart->csr.medeleg = 1 << 8;
            hart->csr.mstatus |= open ? MSTATUS_SIE : 0;
            enter(hart, 8, 0);
            cr_expect(trap_sret(hart));
            cr_expect_eq(hart->mode, modes[m]);
            cr_expect_eq(hart->pc, 0x80001236);
            cr_expect_eq(status_bits(hart, MSTATUS_SIE), open ? MSTATUS_SIE : 0);
        }
}

/* Numbers as in table 3.6. */
Test(trap, causes_have_the_manuals_numbers_and_words)
{
    static const struct {
        uint64_t cause, number;
        const char *text;
    } rows[] = {
        {CAUSE_INSN_MISALIGNED, 0, "instruction address misaligned"},
        {CAUSE_INSN_ACCESS_FAULT, 1, "instruction access fault"},
        {CAUSE_ILLEGAL_INSN, 2, "illegal instruction"},
        {CAUSE_BREAKPOINT, 3, "breakpoint"},
        {CAUSE_LOAD_MISALIGNED, 4, "load address misaligned"},
        {CAUSE_LOAD_ACCESS_FAULT, 5, "load access fault"},
        {CAUSE_STORE_MISALIGNED, 6, "store/AMO address misaligned"},
        {CAUSE_STORE_ACCESS_FAULT, 7, "store/AMO access fault"},
        {CAUSE_ECALL_U, 8, "environment call from U-mode"},
        {CAUSE_ECALL_S, 9, "environment call from S-mode"},
        {CAUSE_ECALL_M, 11, "environment call from M-mode"},
        {CAUSE_INSN_PAGE_FAULT, 12, "instruction page fault"},
        {CAUSE_LOAD_PAGE_FAULT, 13, "load page fault"},
        {CAUSE_STORE_PAGE_FAULT, 15, "store/AMO page fault"},
        {IRQ(IRQ_SSI), IRQ(1), "supervisor software interrupt"},
        {IRQ(IRQ_MSI), IRQ(3), "machine software interrupt"},
        {IRQ(IRQ_STI), IRQ(5), "supervisor timer interrupt"},
        {IRQ(IRQ_MTI), IRQ(7), "machine timer interrupt"},
        {IRQ(IRQ_SEI), IRQ(9), "supervisor external interrupt"},
        {IRQ(IRQ_MEI), IRQ(11), "machine external interrupt"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect_eq(rows[i].cause, rows[i].number, "%s", rows[i].text);
        cr_expect_str_eq(trap_name(rows[i].number), rows[i].text);
    }
    cr_expect_str_eq(trap_name(10), "reserved cause");
    cr_expect_str_eq(trap_name(IRQ(0)), "reserved cause");
}
