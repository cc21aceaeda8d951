/* The engines: exact counts, traps and interrupts at their step. */
#include "world.h"

#include "platform.h"

TestSuite(run, .fini = finish);

#define NAME(e) engine_names[engines[e]]

/* Some of everything that ends a block: jumps, branches taken and not, a CSR, a fence, MMIO, a trap
 * with its handler, compressed code, and a page's end. */
static void given_a_mixed_program(enum engine engine)
{
    given_a_machine(engine);
    PROGRAM(HANDLER, csrr(T2, CSR_mepc), addi(T2, T2, 4), csrw(CSR_mepc, T2),
            encode(INSN_mret, 0, 0, 0, 0));
    PROGRAM(CODE + PAGE_SIZE - 64, addi(T0, T0, 1), encode(INSN_bne, 0, 0, 0, 8),
            encode(INSN_beq, 0, 0, 0, 8), addi(T0, T0, 100), csrr(T1, CSR_minstret), ecall(),
            encode(INSN_fence_i, 0, 0, 0, 0), sw(T0, 0, S0), ld(T1, 0, S1), j(8), addi(T0, T0, 100),
            0x02850285 /* c.addi t0, 1, twice */, addi(T0, T0, 1), addi(T0, T0, 1), addi(T0, T0, 1),
            addi(T0, T0, 1), addi(T0, T0, 1), j(-64 - 4));
    hart->x[S0] = CLINT_BASE + 0x4000 + 8; /* another hart's */
    hart->x[S1] = DATA;
    hart->pc = CODE + PAGE_SIZE - 64;
}

static bool same_hart(const struct hart *a, const struct hart *b)
{
    return memcmp(a->x, b->x, sizeof a->x) == 0 && a->pc == b->pc && a->mode == b->mode &&
           memcmp(&a->csr, &b->csr, sizeof a->csr) == 0;
}

Test(run, a_budget_ends_exactly_wherever_it_ends)
{
    enum { MOST = 120 };
    static struct hart expected[MOST + 1];
    given_a_mixed_program(ENGINE_STEP);
    for (unsigned i = 0; i <= MOST; i++) {
        expected[i] = *hart;
        run(1);
    }
    cr_assert_gt(expected[MOST].x[T0], 20);
    for (unsigned from = 0; from < 30; from += 7)
        for (unsigned budget = 1; budget <= MOST - 30; budget++) {
            given_a_mixed_program(ENGINE_BLOCK);
            run(from);
            run(budget);
            cr_expect_eq(steps(), from + budget);
            cr_expect(same_hart(hart, &expected[from + budget]), "%u steps after %u", budget, from);
        }
}

Test(run, a_budget_of_nothing_does_nothing)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_mixed_program(engines[e]);
        struct hart before = *hart;
        cpu_run(machine->cpu, hart, steps());
        cr_expect(same_hart(hart, &before), "%s", NAME(e));
    }
}

/* A jump to another page at the end of a block, and a page that was not used yet. */
static void given_a_jump_to_a_fresh_page(enum engine engine, int64_t padding)
{
    given_a_machine(engine);
    map(VA, CODE, OPEN);
    map(VA + PAGE_SIZE, OTHER, OPEN & ~PTE_A);
    for (int64_t i = 0; i < padding; i++)
        PROGRAM(CODE + (uint64_t)i * 4, addi(T0, T0, 1));
    PROGRAM(CODE + (uint64_t)padding * 4, j(PAGE_SIZE - padding * 4));
    PROGRAM(OTHER, addi(T0, T0, 1));
    enter_s(VA);
}

Test(run, a_budget_that_ends_with_a_block_does_not_walk_for_the_next_page)
{
    for (unsigned e = 0; e < 2; e++)
        for (int64_t padding = 0; padding < 4; padding++) {
            given_a_jump_to_a_fresh_page(engines[e], padding);
            run((uint64_t)padding + 1);
            cr_expect_eq(hart->pc, VA + PAGE_SIZE);
            cr_expect_eq(steps(), (uint64_t)padding + 1);
            cr_expect_eq(read64(entry_of(VA + PAGE_SIZE, 0)) & PTE_A, 0, "%s", NAME(e));
            run(1);
            cr_expect(read64(entry_of(VA + PAGE_SIZE, 0)) & PTE_A, "%s", NAME(e));
        }
}

Test(run, a_budget_that_ends_with_a_page_does_not_walk_for_the_next)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_jump_to_a_fresh_page(engines[e], 0);
        PROGRAM(CODE + PAGE_SIZE - 8, addi(T0, T0, 1), addi(T0, T0, 1));
        hart->pc = VA + PAGE_SIZE - 8;
        run(2);
        cr_expect_eq(hart->pc, VA + PAGE_SIZE);
        cr_expect_eq(read64(entry_of(VA + PAGE_SIZE, 0)) & PTE_A, 0, "%s", NAME(e));
        run(1);
        cr_expect_eq(hart->x[T0], 3);
    }
}

/* ---- for a VMM ---- */

static struct trap trap;
static uint64_t taken;
static uint32_t insn;

static bool enter(uint64_t budget)
{
    machine->platform.stirred = false;
    struct cpu_exit exit = cpu_enter(machine->cpu, hart, budget);
    taken = exit.steps;
    trap = exit.trap;
    insn = exit.insn;
    return exit.has_trapped;
}

Test(run, a_VMM_gets_the_first_trap_and_the_exact_count)
{
    static const struct {
        const char *name;
        uint32_t word;
        uint64_t cause, tval;
    } rows[] = {
        {"ecall", 0x00000073, CAUSE_ECALL_U, 0},
        {"ebreak", 0x00100073, CAUSE_BREAKPOINT, CODE + 12},
        {"mret", 0x30200073, CAUSE_ILLEGAL_INSN, 0x30200073},
        {"csrr t0, sstatus", 0x100022f3, CAUSE_ILLEGAL_INSN, 0x100022f3},
        {"nothing", 0xffffffff, CAUSE_ILLEGAL_INSN, 0xffffffff},
        {"c.nothing", 0x00000000, CAUSE_ILLEGAL_INSN, 0},
        {"ld t0, 0(s1)", 0x0004b283, CAUSE_LOAD_ACCESS_FAULT, 8},
        {"sd t0, 0(s1)", 0x0054b023, CAUSE_STORE_ACCESS_FAULT, 8},
        {"lr.d t0, (s0)", 0x100432af, CAUSE_LOAD_MISALIGNED, DATA + 1},
    };
    for (unsigned e = 0; e < 2; e++)
        for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
            given_a_machine(engines[e]);
            PROGRAM(CODE, addi(T0, 0, 1), addi(T0, 0, 2), addi(T0, 0, 3), rows[i].word);
            hart->mode = MODE_U;
            hart->x[S0] = DATA + 1;
            hart->x[S1] = 8;
            cr_expect(enter(100), "%s", rows[i].name);
            cr_expect_eq(taken, 3, "%s, %s", rows[i].name, NAME(e));
            cr_expect_eq(trap.cause, rows[i].cause, "%s, %s", rows[i].name, NAME(e));
            cr_expect_eq(trap.tval, rows[i].tval, "%s, %s", rows[i].name, NAME(e));
            cr_expect_eq(insn, rows[i].word, "%s, %s: %x", rows[i].name, NAME(e), insn);
            cr_expect_eq(hart->pc, CODE + 12, "%s, %s", rows[i].name, NAME(e));
            cr_expect_eq(hart->mode, MODE_U);
            cr_expect_eq(hart->csr.mcause, 0);
            cr_expect(enter(100), "and again");
            cr_expect_eq(taken, 0, "%s, %s", rows[i].name, NAME(e));
        }
}

Test(run, a_VMM_is_told_no_instruction_where_none_could_be_fetched)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        PROGRAM(CODE, ecall());
        hart->mode = MODE_U;
        cr_expect(enter(1));
        cr_expect_eq(insn, ecall());
        hart->pc = 0;
        cr_expect(enter(1));
        cr_expect_eq(trap.cause, CAUSE_INSN_ACCESS_FAULT);
        cr_expect_eq(insn, 0, "%s", NAME(e));
    }
}

Test(run, a_VMM_gets_its_budget_and_not_a_step_more)
{
    for (unsigned e = 0; e < 2; e++)
        for (uint64_t budget = 0; budget <= 3; budget++) {
            given_a_machine(engines[e]);
            PROGRAM(CODE, addi(T0, T0, 1), addi(T0, T0, 1), addi(T0, T0, 1), ecall());
            hart->mode = MODE_U;
            cr_expect_not(enter(budget), "%s, %d", NAME(e), (int)budget);
            cr_expect_eq(taken, budget);
            cr_expect_eq(hart->x[T0], budget);
            cr_expect_eq(hart->pc, CODE + 4 * budget);
        }
}

Test(run, no_interrupt_is_taken_for_a_VMM)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        PROGRAM(CODE, addi(T0, T0, 1), ecall());
        hart->mode = MODE_U;
        hart->csr.mie = hart->csr.mip = MIP_SSIP;
        cr_expect(enter(10));
        cr_expect_eq(taken, 1, "%s", NAME(e));
        cr_expect_eq(trap.cause, CAUSE_ECALL_U);
    }
}

/* ---- counters and time ---- */

Test(run, counters_read_what_came_before)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        EXECUTE(addi(T0, 0, 0), addi(T0, 0, 0), csrr(T0, CSR_mcycle), addi(T3, 0, 0),
                csrr(T1, CSR_minstret), csrr(T2, CSR_cycle));

        cr_expect_eq(hart->x[T0], 2, "%s", NAME(e));
        cr_expect_eq(hart->x[T1], 4, "%s", NAME(e));
        cr_expect_eq(hart->x[T2], 5, "%s", NAME(e));
        cr_expect_eq(hart->csr.minstret, steps());
    }
}

Test(run, a_written_counter_counts_on_from_there)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        EXECUTE(addi(T0, 0, 1000), csrw(CSR_minstret, T0), csrr(T1, CSR_minstret), addi(T3, 0, 0),
                csrr(T2, CSR_minstret), csrw(CSR_mcycle, T0), csrr(S0, CSR_mcycle));

        cr_expect_eq(hart->x[T1], 1000, "%s", NAME(e));
        cr_expect_eq(hart->x[T2], 1002, "%s", NAME(e));
        cr_expect_eq(hart->x[S0], 1000, "%s", NAME(e));
    }
}

Test(run, an_exception_is_a_cycle_and_no_instruction)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        PROGRAM(CODE, addi(T0, 0, 0), ecall());
        PROGRAM(HANDLER, csrr(T0, CSR_mcycle), csrr(T1, CSR_minstret), j(0));
        run(20);
        cr_expect_eq(hart->x[T0], 2, "%s", NAME(e));
        cr_expect_eq(hart->x[T1], 2, "%s", NAME(e));
    }
}

Test(run, time_passes_within_a_block)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        for (uint64_t i = 0; i < 40; i++)
            PROGRAM(CODE + 4 * i, addi(T0, T0, 1));
        PROGRAM(CODE + 4 * 9, csrr(T1, CSR_time), csrr(T2, CSR_time));
        PROGRAM(CODE + 4 * 29, csrr(S0, CSR_time), csrr(S1, CSR_time));
        PROGRAM(CODE + 4 * 40, j(0));
        run(100);
        cr_expect_eq(hart->x[T1], 0, "%s: before step 10", NAME(e));
        cr_expect_eq(hart->x[T2], 1, "%s: at step 10", NAME(e));
        cr_expect_eq(hart->x[S0], 2, "%s", NAME(e));
        cr_expect_eq(hart->x[S1], 3, "%s", NAME(e));
    }
}

/* ---- interrupts ---- */

static void given_a_counting_loop(enum engine engine)
{
    given_a_machine(engine);
    PROGRAM(CODE, addi(T0, T0, 1), addi(T0, T0, 1), addi(T0, T0, 1), j(-12));
    PROGRAM(HANDLER, csrr(T1, CSR_mcycle), j(0));
    hart->csr.mie = MIP_MTIP | MIP_MSIP | MIP_SSIP;
    hart->csr.mstatus |= MSTATUS_MIE;
}

static void store(uint64_t pa, unsigned size, uint64_t value)
{
    cr_assert(platform_mmio(&machine->platform, pa, size, true, &value));
}

Test(run, a_timer_interrupt_comes_at_its_step)
{
    for (unsigned e = 0; e < 2; e++)
        for (uint64_t ticks = 1; ticks < 9; ticks++) {
            given_a_counting_loop(engines[e]);
            store(CLINT_BASE + 0x4000, 8, ticks);
            run(200);
            cr_expect_eq(hart->csr.mcause, CAUSE_INTERRUPT | IRQ_MTI);
            cr_expect_eq(hart->x[T1], ticks * STEPS_PER_TICK, "%s: taking it is no step", NAME(e));
            cr_expect_eq(hart->csr.mepc, CODE + 4 * (ticks * STEPS_PER_TICK % 4), "%s", NAME(e));
        }
}

Test(run, an_interrupt_is_taken_before_the_first_instruction)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_counting_loop(engines[e]);
        hart->csr.mip = MIP_SSIP;
        run(1);
        cr_expect_eq(hart->csr.mepc, CODE, "%s", NAME(e));
        cr_expect_eq(hart->x[T0], 0);
        cr_expect_eq(hart->pc, HANDLER + 4);
    }
}

/* `word` with t2 and s0 as operands raises or allows an interrupt, which is taken right after. */
static void expect_interrupt_right_after(enum engine engine, const char *name, uint32_t word)
{
    EXECUTE(addi(T0, 0, 1), word, addi(T0, 0, 2), addi(T0, 0, 3));
    cr_expect_eq(hart->csr.mepc, CODE + 8, "%s: %s", engine_names[engine], name);
    cr_expect_eq(hart->x[T0], 1, "%s: %s", engine_names[engine], name);
    cr_expect_eq(hart->x[T1], 2, "%s: %s", engine_names[engine], name);
}

Test(run, what_can_change_interrupts_ends_a_block)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_counting_loop(engines[e]);
        hart->x[S0] = CLINT_BASE;
        hart->x[T2] = 1;
        expect_interrupt_right_after(engines[e], "msip", sw(T2, 0, S0));

        given_a_counting_loop(engines[e]);
        hart->x[S0] = CLINT_BASE + 0x4000;
        expect_interrupt_right_after(engines[e], "mtimecmp", sd(0, 0, S0));

        given_a_counting_loop(engines[e]);
        hart->x[T2] = MIP_SSIP;
        expect_interrupt_right_after(engines[e], "mip", csrw(CSR_mip, T2));

        given_a_counting_loop(engines[e]);
        hart->x[T2] = MIP_SSIP;
        hart->csr.mip = MIP_SSIP;
        hart->csr.mie = 0;
        expect_interrupt_right_after(engines[e], "mie", csrw(CSR_mie, T2));

        given_a_counting_loop(engines[e]);
        hart->csr.mip = MIP_SSIP;
        hart->csr.mstatus &= ~(uint64_t)MSTATUS_MIE;
        expect_interrupt_right_after(engines[e], "mstatus",
                                     encode(INSN_csrrsi, 0, MSTATUS_MIE, 0, CSR_mstatus));
    }
}

Test(run, mret_takes_what_it_lets_in)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_counting_loop(engines[e]);
        hart->csr.mip = MIP_SSIP;
        hart->csr.mstatus = (hart->csr.mstatus & ~(uint64_t)MSTATUS_MIE) | MSTATUS_MPIE;
        hart->csr.mepc = CODE + 0x100;
        PROGRAM(CODE, encode(INSN_mret, 0, 0, 0, 0));
        run(2);
        cr_expect_eq(hart->csr.mepc, CODE + 0x100, "%s", NAME(e));
        cr_expect_eq(hart->csr.mcause, CAUSE_INTERRUPT | IRQ_SSI, "%s", NAME(e));
        cr_expect_eq(hart->x[T1], 1);
    }
}

Test(run, a_waiting_hart_takes_no_step_and_wakes_at_the_event)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_counting_loop(engines[e]);
        PROGRAM(CODE, addi(T0, 0, 1), encode(INSN_wfi, 0, 0, 0, 0), addi(T0, 0, 2));
        store(CLINT_BASE + 0x4000, 8, 50);
        run(3);
        cr_expect_eq(steps(), 3);
        cr_expect_eq(machine->platform.s.clock.idle, 500 - 2, "%s", NAME(e));
        cr_expect_eq(hart->csr.mepc, CODE + 8);
        cr_expect_eq(hart->x[T1], 2, "%s", NAME(e));
        cr_expect_eq(hart->x[T0], 1);
    }
}

Test(run, wfi_does_not_wait_for_what_is_there)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_counting_loop(engines[e]);
        hart->csr.mstatus &= ~(uint64_t)MSTATUS_MIE;
        hart->csr.mip = MIP_SSIP;
        PROGRAM(CODE, encode(INSN_wfi, 0, 0, 0, 0), addi(T0, 0, 2));
        run(2);
        cr_expect_eq(hart->x[T0], 2, "%s", NAME(e));
        cr_expect_eq(machine->platform.s.clock.idle, 0);
    }
}

Test(run, x0_stays_zero_whatever_writes_it)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        hart->x[S0] = CODE;
        EXECUTE(addi(0, 0, 5), csrr(0, CSR_misa), ld(0, 0, S0), addi(T0, 0, 1));
        cr_expect_eq(hart->x[T0], 1, "%s", NAME(e));
        cr_expect_eq(hart->x[0], 0);
        cr_expect_eq(hart->x[X_SINK], 0, "%s", NAME(e));
    }
}

Test(run, the_step_of_a_power_off_is_the_last)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        PROGRAM(CODE, addi(T0, 0, 1), sw(T1, 0, S0), addi(T0, 0, 2));
        hart->x[S0] = FINISHER_BASE;
        hart->x[T1] = 0x5555;
        run(10);
        cr_expect_eq(steps(), 2, "%s", NAME(e));
        cr_expect_eq(machine->platform.s.stop, STOP_POWEROFF);
        cr_expect_eq(hart->x[T0], 1);
    }
}

Test(run, a_budget_may_have_no_end)
{
    for (unsigned e = 0; e < 2; e++) {
        given_a_machine(engines[e]);
        PROGRAM(CODE, addi(T0, 0, 1), sw(T1, 0, S0), addi(T0, 0, 2));
        hart->x[S0] = FINISHER_BASE;
        hart->x[T1] = 0x5555;
        machine->platform.stirred = false;
        cpu_run(machine->cpu, hart, NEVER);
        cr_expect_eq(steps(), 2, "%s", NAME(e));
    }
}

Test(run, a_cpu_without_a_platform_has_a_clock_and_no_devices)
{
    given_a_machine(ENGINE_BLOCK);
    struct cpu *cpu = cpu_new(&machine->ram, NULL, ENGINE_BLOCK);
    PROGRAM(CODE, csrr(T0, CSR_time), ld(T0, 0, S0));
    hart->x[S0] = UART_BASE;
    cpu_run(cpu, hart, 2);
    cr_expect_eq(hart->csr.mcause, CAUSE_LOAD_ACCESS_FAULT);
    cr_expect_eq(hart->csr.mcycle, 2);
    cpu_free(cpu);
}
