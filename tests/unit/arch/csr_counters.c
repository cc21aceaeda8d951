/* Counters: who may read them, what they count, and what stops them. */
#include "csr.h"

#include <criterion/criterion.h>

#include "csr_world.h"

/* Privileged 3.1.11, 4.1.5: a counter is open to S by mcounteren, to U by both. */
Test(csr, counters_open_by_mcounteren_and_scounteren)
{
    static const unsigned numbers[] = {0xc00, 0xc01, 0xc02, 0xc03, 0xc1f};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (int opened = 0; opened < 4; opened++) {
            struct world *w = world_new();
            uint64_t bit = (uint64_t)1 << (numbers[i] - 0xc00), value;
            bool m_opens = opened & 1, s_opens = opened & 2;
            w->hart.csr.mcounteren = m_opens ? bit : 0xffffffff & ~bit;
            w->hart.csr.scounteren = s_opens ? bit : 0xffffffff & ~bit;
            cr_expect(read_csr(w, numbers[i], &value), "M reads %03x", numbers[i]);
            w->hart.mode = MODE_S;
            cr_expect_eq(read_csr(w, numbers[i], &value), m_opens, "S reads %03x", numbers[i]);
            w->hart.mode = MODE_U;
            cr_expect_eq(read_csr(w, numbers[i], &value), m_opens && s_opens, "U reads %03x",
                         numbers[i]);
        }
}

Test(csr, cycle_and_instret_are_views_of_the_machine_counters)
{
    struct world *w = world_new();
    w->hart.csr.mcycle = 111;
    w->hart.csr.minstret = 222;
    cr_expect_eq(get(w, 0xc00), 111);
    cr_expect_eq(get(w, 0xc02), 222);
    cr_expect_eq(get(w, 0xb00), 111);
    cr_expect_eq(get(w, 0xb02), 222);
}

Test(csr, time_is_read_through_the_port)
{
    struct world *w = world_new();
    w->now = 0x123456789abc;
    cr_expect_eq(get(w, 0xc01), 0x123456789abc);
    w->now++;
    cr_expect_eq(get(w, 0xc01), 0x123456789abd);
}

/* ISA 9.1: a written counter shows the value to the next instruction. */
Test(csr, p19_a_written_counter_reads_as_written_in_the_next_instruction)
{
    static const unsigned counters[] = {0xb00, 0xb02};
    for (int i = 0; i < 2; i++) {
        struct world *w = world_new();
        w->hart.x[5] = 100;
        cr_expect(run(w, word_csr(INSN_csrrw, 0, counters[i], 5)));
        step_count(&w->hart, true);
        cr_expect(run(w, word_csr(INSN_csrrs, 6, counters[i], 0)));
        cr_expect_eq(w->hart.x[6], 100, "%03x: %lu", counters[i], w->hart.x[6]);
        step_count(&w->hart, true);
        cr_expect(run(w, word_csr(INSN_csrrs, 6, counters[i], 0)));
        cr_expect_eq(w->hart.x[6], 101, "%03x: %lu", counters[i], w->hart.x[6]);
    }
}

Test(csr, minstret_counts_what_retires_and_mcycle_every_step)
{
    struct world *w = world_new();
    step_count(&w->hart, true);
    step_count(&w->hart, false);
    step_count(&w->hart, true);
    cr_expect_eq(get(w, 0xb00), 3);
    cr_expect_eq(get(w, 0xb02), 2);
}

/* Privileged 3.1.12: CY stops cycle, IR stops instret, bit 1 is read-only zero. */
Test(csr, mcountinhibit_stops_each_counter_by_itself)
{
    for (uint64_t inhibit = 0; inhibit < 8; inhibit++) {
        struct world *w = world_new();
        w->hart.csr.mcycle = w->hart.csr.minstret = 10;
        cr_expect(write_csr(w, 0x320, CSR_SWAP, inhibit));
        cr_expect_eq(get(w, 0x320), inhibit & 5);
        step_count(&w->hart, true);
        step_count(&w->hart, false);
        cr_expect_eq(get(w, 0xb00), inhibit & 1 ? 10 : 12, "mcycle under %lu", inhibit);
        cr_expect_eq(get(w, 0xb02), inhibit & 4 ? 10 : 11, "minstret under %lu", inhibit);
    }
}

Test(csr, p19_an_inhibited_counter_keeps_what_was_written)
{
    static const unsigned counters[] = {0xb00, 0xb02};
    for (int i = 0; i < 2; i++) {
        struct world *w = world_new();
        put(w, 0x320, 5);
        put(w, counters[i], 100);
        cr_expect_eq(get(w, counters[i]), 100, "%03x", counters[i]);
        put(w, 0x320, 0);
        cr_expect_eq(get(w, counters[i]), 101, "%03x: the instruction that lets it go counts",
                     counters[i]);
    }
}
