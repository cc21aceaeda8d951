/* Triggers: a hart stops where a debugger asked, in both engines, and nowhere else. */
#include "world.h"

TestSuite(trigger, .fini = finish);

static struct triggers triggers;
static struct trigger_range range;
static uint64_t stopped_at[16];
static struct touch touched[16];
static unsigned stops, touches, ignored;

/* Stops at every place that is asked about, but for the first `ignored`. */
static bool reached(void *owner, const struct hart *at)
{
    (void)owner;
    if (ignored) {
        ignored--;
        return false;
    }
    stopped_at[stops++ % 16] = at->pc;
    platform_stop(&machine->platform, STOP_HOST, 0);
    return true;
}

static bool on_touch(void *owner, const struct hart *at, const struct touch *touch)
{
    (void)owner, (void)at;
    touched[touches++ % 16] = *touch;
    platform_stop(&machine->platform, STOP_HOST, 0);
    return true;
}

static void given_triggers(void)
{
    stops = touches = ignored = 0;
    triggers = (struct triggers){.reached = reached, .touches = on_touch};
    cpu_set_triggers(machine->cpu, &triggers);
}

static void break_at(uint64_t pc)
{
    unsigned halfword = (pc & (PAGE_SIZE - 1)) / 2;
    triggers.offsets[halfword / 64] |= (uint64_t)1 << halfword % 64;
    cpu_set_triggers(machine->cpu, &triggers);
}

static void watch(struct trigger_range what)
{
    range = what;
    triggers.range = &range;
    triggers.ranges = 1;
    cpu_set_triggers(machine->cpu, &triggers);
}

#define EACH_ENGINE(e) for (unsigned e = 0; e < 2; e++)

Test(trigger, a_hart_stops_before_the_instruction_at_a_place)
{
    EACH_ENGINE(e)
    {
        given_a_machine(engines[e]);
        given_triggers();
        PROGRAM(CODE, addi(T0, T0, 1), addi(T0, T0, 1), addi(T0, T0, 1), j(-12));
        hart->pc = CODE;
        break_at(CODE + 8);
        cr_expect_eq(machine_run(machine, steps() + 100), STOP_HOST);
        cr_expect_eq(hart->pc, CODE + 8, "%s", engine_names[e]);
        cr_expect_eq(hart->x[T0], 2);
        cr_expect_eq(steps(), 2);
        cr_expect_eq(hart->csr.minstret, 2);
    }
}

Test(trigger, what_the_owner_lets_pass_goes_on_and_counts_the_same)
{
    EACH_ENGINE(e)
    {
        given_a_machine(engines[e]);
        given_triggers();
        PROGRAM(CODE, addi(T0, T0, 1), addi(T1, T1, 2), addi(T2, T2, 3), j(-12));
        hart->pc = CODE;
        break_at(CODE); /* where a block starts anyway, and in the middle of one */
        break_at(CODE + 4);
        ignored = 7;
        machine_run(machine, 1000);
        /* Three rounds of four, with two places each, and in the fourth the second one stops. */
        cr_expect_eq(stopped_at[0], CODE + 4, "%s", engine_names[e]);
        cr_expect_eq(steps(), 13);
        cr_expect_eq(hart->x[T0], 4);
        cr_expect_eq(hart->x[T2], 9);
    }
}

Test(trigger, a_budget_ends_exactly_with_places_everywhere)
{
    for (unsigned budget = 0; budget < 40; budget++)
        EACH_ENGINE(e)
        {
            given_a_machine(engines[e]);
            given_triggers();
            PROGRAM(CODE, addi(T0, T0, 1), addi(T0, T0, 1), ld(T1, 0, S0), addi(T0, T0, 1),
                    encode(INSN_bne, 0, 0, 0, 8), j(-20));
            hart->x[S0] = DATA;
            hart->pc = CODE;
            for (unsigned i = 0; i < 24; i += 4)
                break_at(CODE + i);
            ignored = 1000;
            run(budget);
            cr_expect_eq(steps(), budget);
            cr_expect_eq(hart->csr.minstret, budget);
            cr_expect_eq(hart->pc, CODE + budget % 6 * 4);
        }
}

Test(trigger, a_place_at_the_end_of_the_budget_is_not_reached)
{
    EACH_ENGINE(e)
    {
        given_a_machine(engines[e]);
        given_triggers();
        PROGRAM(CODE, addi(T0, T0, 1), addi(T0, T0, 1), j(0));
        hart->pc = CODE;
        break_at(CODE + 4);
        cr_expect_eq(machine_run(machine, 1), STOP_LIMIT);
        cr_expect_eq(stops, 0);
    }
}

Test(trigger, system_instructions_can_all_be_places)
{
    EACH_ENGINE(e)
    {
        given_a_machine(engines[e]);
        given_triggers();
        triggers.system = true;
        cpu_set_triggers(machine->cpu, &triggers);
        PROGRAM(CODE, addi(T0, T0, 1), csrr(T1, CSR_mepc), addi(T0, T0, 1), j(0));
        hart->pc = CODE;
        cr_expect_eq(machine_run(machine, 100), STOP_HOST);
        cr_expect_eq(hart->pc, CODE + 4, "%s", engine_names[e]);
        cr_expect_eq(stops, 1);
    }
}

Test(trigger, without_triggers_again_nothing_stops)
{
    EACH_ENGINE(e)
    {
        given_a_machine(engines[e]);
        given_triggers();
        PROGRAM(CODE, addi(T0, T0, 1), addi(T0, T0, 1), j(0));
        hart->pc = CODE;
        break_at(CODE + 4);
        cpu_set_triggers(machine->cpu, NULL);
        run(10);
        cr_expect_eq(stops, 0);
        cr_expect_eq(steps(), 10);
    }
}

/* A loop that stores T0 at S0 and loads from S1, in this order. */
static void given_a_storing_loop(enum engine engine)
{
    given_a_machine(engine);
    given_triggers();
    PROGRAM(CODE, addi(T0, T0, 1), sd(T0, 0, S0), ld(T1, 0, S1), j(-12));
    hart->x[S0] = DATA;
    hart->x[S1] = DATA + 64;
    hart->pc = CODE;
}

Test(trigger, a_hart_stops_after_a_store_that_meets_a_range)
{
    for (unsigned physical = 0; physical < 2; physical++)
        EACH_ENGINE(e)
        {
            given_a_storing_loop(engines[e]);
            run(21); /* the page is in the TLB */
            watch((struct trigger_range){DATA + 7, DATA + 7, physical, false, true});
            cr_expect_eq(machine_run(machine, 1000), STOP_HOST);
            cr_expect_eq(touches, 1);
            cr_expect_eq(touched[0].va, DATA);
            cr_expect_eq(touched[0].size, 8);
            cr_expect_eq(touched[0].why, ACCESS_STORE);
            cr_expect_eq(hart->pc, CODE + 8, "%s", engine_names[e]);
            cr_expect_eq(steps(), 22);
            cr_expect_eq(read64(DATA), 6);
        }
}

Test(trigger, a_load_is_met_by_a_range_for_loads_alone)
{
    EACH_ENGINE(e)
    {
        given_a_storing_loop(engines[e]);
        watch((struct trigger_range){DATA + 64, DATA + 71, true, false, true});
        cr_expect_eq(machine_run(machine, 100), STOP_LIMIT, "%s", engine_names[e]);
        watch((struct trigger_range){DATA + 64, DATA + 71, true, true, false});
        cr_expect_eq(machine_run(machine, 200), STOP_HOST);
        cr_expect_eq(touched[0].why, ACCESS_LOAD);
        cr_expect_eq(hart->pc, CODE + 12);
    }
}

Test(trigger, neighbours_of_a_range_do_not_stop)
{
    EACH_ENGINE(e)
    {
        given_a_storing_loop(engines[e]);
        watch((struct trigger_range){DATA + 8, DATA + 63, true, true, true});
        run(400);
        cr_expect_eq(touches, 0, "%s", engine_names[e]);
        cr_expect_eq(hart->x[T1], 0);
        cr_expect_eq(read64(DATA), 100);
    }
}

Test(trigger, a_store_to_code_in_a_watched_page_is_still_seen_by_the_decoder)
{
    EACH_ENGINE(e)
    {
        given_a_machine(engines[e]);
        given_triggers();
        /* Adds one; then the second round adds 100, for the first wrote that. */
        PROGRAM(CODE, addi(T0, T0, 1), sw(T1, 0, S0), j(-8));
        hart->x[S0] = CODE;
        hart->x[T1] = addi(T0, T0, 100);
        hart->pc = CODE;
        watch((struct trigger_range){CODE + 512, CODE + 519, true, true, true});
        run(6);
        cr_expect_eq(hart->x[T0], 101, "%s", engine_names[e]);
    }
}

Test(trigger, a_virtual_range_is_met_by_its_own_address_alone)
{
    EACH_ENGINE(e)
    {
        given_a_machine(engines[e]);
        given_triggers();
        map(VA, DATA, OPEN);
        map(VA + PAGE_SIZE, DATA, OPEN); /* another name of the same bytes */
        PROGRAM(CODE, sd(T0, 0, S0), sd(T0, 0, S1), j(0));
        hart->x[S0] = VA + PAGE_SIZE;
        hart->x[S1] = VA;
        enter_s(CODE);
        watch((struct trigger_range){VA, VA + 7, false, false, true});
        cr_expect_eq(machine_run(machine, 100), STOP_HOST);
        cr_expect_eq(hart->pc, CODE + 8, "%s", engine_names[e]);
        cr_expect_eq(touched[0].va, VA);
    }
}

Test(trigger, an_atomic_is_a_load_and_a_store)
{
    for (unsigned stores = 0; stores < 2; stores++)
        EACH_ENGINE(e)
        {
            given_a_machine(engines[e]);
            given_triggers();
            PROGRAM(CODE, encode(INSN_amoadd_d, T0, S0, T1, 0), j(0));
            hart->x[S0] = DATA;
            hart->x[T1] = 5;
            hart->pc = CODE;
            watch((struct trigger_range){DATA, DATA + 7, true, !stores, stores});
            cr_expect_eq(machine_run(machine, 100), STOP_HOST, "%s", engine_names[e]);
            cr_expect_eq(touched[0].why, ACCESS_AMO);
            cr_expect_eq(read64(DATA), 5);
        }
}

Test(trigger, looking_for_a_range_changes_no_table)
{
    EACH_ENGINE(e)
    {
        given_a_machine(engines[e]);
        given_triggers();
        map(VA, DATA, OPEN & ~(PTE_A | PTE_D | PTE_W)); /* the store is going to fault */
        PROGRAM(CODE, sd(T0, 0, S0), j(0));
        hart->x[S0] = VA;
        enter_s(CODE);
        watch((struct trigger_range){VA, VA + 7, false, true, true});
        run(1);
        cr_expect_eq(touches, 0, "%s", engine_names[e]);
        cr_expect_eq(read64(entry_of(VA, 0)) & (PTE_A | PTE_D), 0);
    }
}

static void stop_at_trap(void *owner, const struct hart *at, struct trap trap)
{
    (void)at, (void)trap;
    platform_stop(owner, STOP_HOST, 0);
}

Test(trigger, whoever_is_told_of_an_interrupt_can_stop_before_its_handler_runs)
{
    EACH_ENGINE(e)
    {
        given_a_machine(engines[e]);
        struct observer observer = {.owner = &machine->platform, .trap = stop_at_trap};
        machine->platform.observer = &observer;
        PROGRAM(CODE, addi(T0, T0, 1), j(-4));
        hart->pc = CODE;
        hart->csr.mie = hart->csr.mip = MIP_SSIP;
        hart->csr.mstatus |= MSTATUS_MIE;
        cr_expect_eq(machine_run(machine, 10), STOP_HOST);
        cr_expect_eq(hart->pc, HANDLER, "%s", engine_names[e]);
        cr_expect_eq(steps(), 0);
        machine->platform.observer = NULL;
    }
}
