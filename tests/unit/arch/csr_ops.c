/* What a CSR instruction does with its operand (ISA 9.1). */
#include "csr.h"

#include <criterion/criterion.h>

#include "csr_world.h"

Test(csr, swap_set_and_clear_give_the_old_value)
{
    struct world *w = world_new();
    uint64_t old;
    w->hart.csr.mscratch = 0xf0;
    cr_expect(csr_access(&w->hart, &w->port, 0x340, CSR_SET, true, 0x0f, &old));
    cr_expect_eq(old, 0xf0);
    cr_expect(csr_access(&w->hart, &w->port, 0x340, CSR_CLEAR, true, 0x3c, &old));
    cr_expect_eq(old, 0xff);
    cr_expect(csr_access(&w->hart, &w->port, 0x340, CSR_SWAP, true, 0x11, &old));
    cr_expect_eq(old, 0xc3);
    cr_expect_eq(get(w, 0x340), 0x11);
}

Test(csr, p19_csrrs_and_csrrc_with_x0_do_not_write)
{
    static const enum insn_id ids[] = {INSN_csrrs, INSN_csrrc, INSN_csrrsi, INSN_csrrci};
    for (int i = 0; i < 4; i++) {
        struct world *w = world_new();
        /* cycle is read-only: had they written, they would be illegal */
        w->hart.csr.mcycle = 77;
        cr_expect(run(w, word_csr(ids[i], 1, 0xc00, 0)), "%s", insn_table[ids[i]].name);
        cr_expect_eq(w->hart.x[1], 77, "%s", insn_table[ids[i]].name);
        /* minstret would lose one by being written with what was read */
        w->hart.csr.minstret = 5;
        cr_expect(run(w, word_csr(ids[i], 1, 0xb02, 0)));
        cr_expect_eq(w->hart.csr.minstret, 5, "%s", insn_table[ids[i]].name);
    }
}

Test(csr, p19_a_zero_value_in_another_register_is_a_write)
{
    static const enum insn_id ids[] = {INSN_csrrs, INSN_csrrc};
    for (int i = 0; i < 2; i++) {
        struct world *w = world_new();
        uint32_t word = word_csr(ids[i], 1, 0xc00, 5);
        cr_expect_eq(w->hart.x[5], 0);
        cr_expect_not(run(w, word), "%s", insn_table[ids[i]].name);
        cr_expect_eq(w->trap.cause, 2);
        cr_expect_eq(w->trap.tval, word);
    }
}

Test(csr, p19_csrrw_always_writes)
{
    struct world *w = world_new();
    w->hart.csr.mscratch = 9;
    cr_expect(run(w, word_csr(INSN_csrrw, 0, 0x340, 0)));
    cr_expect_eq(w->hart.csr.mscratch, 0);
    w->hart.csr.mscratch = 9;
    cr_expect(run(w, word_csr(INSN_csrrwi, 0, 0x340, 0)));
    cr_expect_eq(w->hart.csr.mscratch, 0);
    cr_expect_not(run(w, word_csr(INSN_csrrw, 0, 0xc00, 0)), "cycle is read-only");
    cr_expect_not(run(w, word_csr(INSN_csrrwi, 0, 0xc00, 0)), "cycle is read-only");
}

Test(csr, p20_rd_may_be_rs1)
{
    struct world *w = world_new();
    w->hart.csr.mscratch = 0x1234;
    w->hart.x[5] = 0x5678;
    cr_expect(run(w, word_csr(INSN_csrrw, 5, 0x340, 5)));
    cr_expect_eq(w->hart.x[5], 0x1234);
    cr_expect_eq(w->hart.csr.mscratch, 0x5678);
    w->hart.x[5] = 0x0101;
    cr_expect(run(w, word_csr(INSN_csrrc, 5, 0x340, 5)));
    cr_expect_eq(w->hart.x[5], 0x5678);
    cr_expect_eq(w->hart.csr.mscratch, 0x5678 & ~0x0101);
}

Test(csr, p20_a_read_into_x0_is_lost)
{
    struct world *w = world_new();
    w->hart.csr.mscratch = 1;
    cr_expect(run(w, word_csr(INSN_csrrs, 0, 0x340, 0)));
    cr_expect_eq(w->hart.x[0], 0);
}

Test(csr, an_immediate_operand_is_five_bits_zero_extended)
{
    struct world *w = world_new();
    w->hart.x[31] = ALL;
    cr_expect(run(w, word_csr(INSN_csrrwi, 0, 0x340, 31)));
    cr_expect_eq(w->hart.csr.mscratch, 31);
    cr_expect(run(w, word_csr(INSN_csrrci, 1, 0x340, 17)));
    cr_expect_eq(w->hart.csr.mscratch, 14);
    cr_expect(run(w, word_csr(INSN_csrrsi, 1, 0x340, 16)));
    cr_expect_eq(w->hart.csr.mscratch, 30);
    cr_expect_eq(w->hart.x[1], 14);
}
