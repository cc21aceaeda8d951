/* Stops: where a run ends, and what it says, bare and in a VM. */
#include "world.h"

TestSuite(stops, .fini = end_session);

/* Counts in T0, and stores the count at DATA + 8 * (S0 = DATA). */
static void given_a_counting_loop(bool is_vm)
{
    begin_session(is_vm, false);
    PROGRAM(CODE, addi(T0, T0, 1), sd(T0, 0, S0), ld(T1, 64, S0), j(-12));
    hart()->x[S0] = DATA;
}

Test(stops, a_breakpoint_stops_before_its_instruction)
{
    EACH_WAY(is_vm)
    {
        given_a_counting_loop(is_vm);
        say("break 0x80000004");
        EXPECT_IN(say("continue"), "breakpoint 1: 0x80000004");
        cr_expect_eq(hart()->pc, CODE + 4);
        cr_expect_eq(hart()->x[T0], 1);
        say("continue");
        cr_expect_eq(hart()->x[T0], 2);
        cr_expect_eq(d.target.platform->s.clock.steps, 5);
    }
}

Test(stops, a_condition_and_an_ignore_count_let_pass)
{
    EACH_WAY(is_vm)
    {
        given_a_counting_loop(is_vm);
        say("break 0x80000004 if t0 == 7");
        say("continue");
        cr_expect_eq(hart()->x[T0], 7);
        say("condition 1");
        say("ignore 1 4");
        say("continue");
        cr_expect_eq(hart()->x[T0], 12);
        cr_expect_eq(d.target.platform->s.clock.steps, 11 * 4 + 1);
    }
}

Test(stops, once_is_once_and_deleted_is_gone)
{
    EACH_WAY(is_vm)
    {
        given_a_counting_loop(is_vm);
        say("tbreak 0x80000004");
        say("break 0x80000008");
        say("continue");
        cr_expect_eq(hart()->pc, CODE + 4);
        say("continue");
        cr_expect_eq(hart()->pc, CODE + 8);
        say("disable 2");
        say("break 0x8000000c if t0 > 100");
        say("continue");
        cr_expect_eq(hart()->pc, CODE + 12);
        cr_expect_eq(hart()->x[T0], 101);
        EXPECT_NOT_IN(say("info stops"), "1:");
        say("delete");
        EXPECT_IN(say("info stops"), "none");
    }
}

Test(stops, a_watchpoint_tells_the_store_before_and_after)
{
    static const char *const ways[] = {"watch 0x80010000", "watch gpa:0x80010000 4",
                                       "watch *(u32*)s0"};
    for (unsigned i = 0; i < 3; i++)
        EACH_WAY(is_vm)
        {
            given_a_counting_loop(is_vm);
            say("step --guest 4");
            say(ways[i]);
            const char *answer = say("continue");
            EXPECT_IN(answer, "store of 8 bytes at 0x80010000");
            EXPECT_IN(answer, "was 0x1, is 0x2");
            cr_expect_eq(hart()->pc, CODE + 8);
        }
}

Test(stops, reads_and_neighbours_are_told_apart)
{
    EACH_WAY(is_vm)
    {
        given_a_counting_loop(is_vm);
        say("rwatch 0x80010040");
        say("watch 0x80010008");
        say("watch 0x80010040");
        EXPECT_IN(say("continue"), "watchpoint 1: load of 8 bytes at 0x80010040");
        cr_expect_eq(hart()->pc, CODE + 12);
    }
}

Test(stops, a_store_that_faults_is_no_store)
{
    EACH_WAY(is_vm)
    {
        begin_session(is_vm, false);
        PROGRAM(CODE, sd(T0, 0, S0), j(0));
        PROGRAM(HANDLER, addi(T0, T0, 1), j(0));
        map_page(DATA, OPEN & ~PTE_W);
        hart()->x[S0] = VA;
        say("watch 0x40000000");
        say("break 0x80008000");
        EXPECT_IN(say("continue"), "breakpoint 2");
    }
}

Test(stops, a_register_is_watched_slowly_and_rightly)
{
    EACH_WAY(is_vm)
    {
        given_a_counting_loop(is_vm);
        EXPECT_IN(say("watch t0"), "slow");
        EXPECT_IN(say("continue"), "was 0x0, is 0x1");
        say("continue");
        cr_expect_eq(hart()->x[T0], 2);
    }
}

Test(stops, a_floating_point_register_is_watched_too)
{
    EACH_WAY(is_vm)
    {
        begin_session(is_vm, false);
        PROGRAM(CODE, addi(T0, T0, 5), encode(INSN_fmv_w_x, 10, T0, 0, 0), j(0));
        hart()->csr.mstatus |= MSTATUS_FS;
        say("watch fa0");
        EXPECT_IN(say("continue"), "is 0xffffffff00000005");
        cr_expect_eq(hart()->pc, CODE + 8);
    }
}

/* By each kind of address, for what is watched is a place. */
Test(stops, what_the_firmware_stores_is_a_store)
{
    static const char *const ways[] = {"watch gpa:0x80010000 4", "watch 0x80010000",
                                       "watch hpa:p2m(0x80010000).hpa"};
    for (unsigned i = 0; i < 3; i++)
        EACH_WAY(is_vm)
        {
            if (i == 2 && !is_vm)
                continue;
            begin_session(is_vm, false);
            PROGRAM(CODE, addi(T0, T0, 1), ECALL, addi(T0, T0, 1), j(0));
            hart()->x[X_A7] = SBI_EXT_DBCN;
            hart()->x[X_A6] = 1; /* read the console */
            hart()->x[A0] = 1;
            hart()->x[A1] = DATA;
            say("type x");
            say(ways[i]);
            EXPECT_IN(say("continue"), "a device or the firmware stored 1 bytes at gpa 0x80010000");
            cr_expect_eq(hart()->pc, CODE + 8);
            cr_expect_eq(peek64(DATA), 'x');
        }
}

Test(stops, the_tlb_holds_what_was_used)
{
    EACH_WAY(is_vm)
    {
        given_a_counting_loop(is_vm);
        EXPECT_IN(say("info tlb"), "  0 translations");
        say("step --guest 8");
        const char *answer = say("info tlb");
        EXPECT_IN(answer,
                  is_vm ? "gva 0x0080010000 -> hpa" : "va 0x0080010000 -> hpa 0x80010000  rw");
        say("awatch 0x80010800"); /* of whose page it keeps nothing */
        say("step --guest 4");
        EXPECT_IN(say("info tlb"), "  0 translations");
    }
}

Test(stops, csrs_are_caught_by_what_is_done_to_them)
{
    EACH_WAY(is_vm)
    {
        begin_session(is_vm, false);
        PROGRAM(CODE, csrr(T0, CSR_sscratch), csrw(CSR_sepc, A0), csrw(CSR_sscratch, A0), j(0));
        hart()->x[A0] = 0x5000;
        say("catch csr sscratch w");
        const char *answer = say("continue");
        EXPECT_IN(answer, "CSR 1: csr sscratch w");
        EXPECT_IN(answer, "was 0x0, is 0x5000");
        cr_expect_eq(hart()->pc, CODE + 12);
    }
}

Test(stops, privilege_and_traps_are_caught)
{
    EACH_WAY(is_vm)
    {
        begin_session(is_vm, false);
        PROGRAM(CODE, csrw(CSR_sepc, A0), SRET);
        PROGRAM(CODE + 0x100, addi(T0, T0, 1), ECALL);
        hart()->csr.medeleg = 0xb1ff;
        hart()->x[A0] = CODE + 0x100;
        say("catch mode");
        EXPECT_IN(say("continue"), "from S to U by a return");
        cr_expect_eq(hart()->pc, CODE + 0x100);
        cr_expect_eq(hart()->mode, MODE_U);
        EXPECT_IN(say("continue"), "from U to S by a trap: environment call");
        cr_expect_eq(hart()->pc, HANDLER);
    }
    EACH_WAY(is_vm)
    {
        begin_session(is_vm, false);
        PROGRAM(CODE, ld(T0, 0, 0), j(0));
        say("catch trap 5");
        EXPECT_IN(say("continue"), "trap 1: load access fault, tval 0x0");
        cr_expect_eq(hart()->pc, HANDLER);
    }
}

Test(stops, devices_are_caught_by_name)
{
    EACH_WAY(is_vm)
    {
        begin_session(is_vm, false);
        PROGRAM(CODE, encode(INSN_lbu, T0, S0, 0, 5), encode(INSN_sb, 0, S0, A0, 7), j(0));
        hart()->x[S0] = UART_BASE;
        hart()->x[A0] = 'x';
        say("catch device uart w");
        EXPECT_IN(say("continue"), "write of 1 bytes at 0x10000007: 0x78");
        cr_expect_eq(hart()->pc, CODE + 8);
    }
}

Test(stops, a_store_to_a_table_in_use_is_caught)
{
    EACH_WAY(is_vm)
    {
        begin_session(is_vm, false);
        PROGRAM(CODE, sd(T0, 0, S1), sd(T0, 8, S0), j(0));
        map_page(DATA, OPEN);
        hart()->x[S1] = DATA; /* no table */
        hart()->x[S0] = TABLES + 2 * PAGE_SIZE;
        hart()->x[T0] = (DATA + PAGE_SIZE) >> 2 | OPEN;
        say("catch table");
        const char *answer = say("continue");
        EXPECT_IN(answer, "page-table write 1");
        EXPECT_IN(answer, "entry at gpa 0x80102008: none -> 0x80011000");
        cr_expect_eq(hart()->pc, CODE + 8);
    }
}

Test(stops, exits_are_caught_by_reason)
{
    begin_session(true, false);
    PROGRAM(CODE, addi(T0, T0, 1), csrr(T1, CSR_sscratch), j(0));
    say("catch exit privileged");
    EXPECT_IN(say("continue"), "privileged or illegal instruction");
    cr_expect_eq(hart()->pc, CODE + 8);
    begin_session(false, false);
    say("catch exit");
    cr_expect(d.out.has_failed);
}

Test(stops, commands_are_carried_out_there)
{
    EACH_WAY(is_vm)
    {
        given_a_counting_loop(is_vm);
        say("break 0x80000004 if t0 == 3");
        say("commands 1 print t0; echo seen");
        const char *answer = say("continue");
        EXPECT_IN(answer, "3\nseen\n");
    }
}

Test(stops, next_goes_over_a_call_and_finish_comes_back)
{
    EACH_WAY(is_vm)
    {
        begin_session(is_vm, false);
        PROGRAM(CODE, encode(INSN_jal, 1, 0, 0, 16), addi(T1, T1, 1), j(0), 0, addi(T0, T0, 1),
                encode(INSN_jalr, 0, 1, 0, 0));
        say("next");
        cr_expect_eq(hart()->pc, CODE + 4);
        cr_expect_eq(hart()->x[T0], 1);
        say("until 0x80000008");
        cr_expect_eq(hart()->pc, CODE + 8);
        cr_expect_eq(hart()->x[T1], 1);
    }
}

Test(stops, next_goes_over_what_traps)
{
    EACH_WAY(is_vm)
    {
        begin_session(is_vm, false);
        PROGRAM(CODE, ECALL, addi(T1, T1, 1), j(0));
        PROGRAM(HANDLER, addi(T0, T0, 1), csrr(T2, CSR_sepc), addi(T2, T2, 4), csrw(CSR_sepc, T2),
                SRET);
        hart()->csr.medeleg = 0xb1ff;
        hart()->mode = MODE_U;
        say("next");
        cr_expect_eq(hart()->pc, CODE + 4);
        cr_expect_eq(hart()->mode, MODE_U);
        cr_expect_eq(hart()->x[T0], 1);
    }
}

Test(stops, what_the_guest_does_is_the_same_with_stops_and_without)
{
    EACH_WAY(is_vm)
    {
        struct hart plain;
        given_a_counting_loop(is_vm);
        say("step --guest 401");
        plain = *hart();
        given_a_counting_loop(is_vm);
        say("break 0x80000004 if t0 == 1000000");
        say("watch 0x80010008");
        say("catch csr sscratch");
        say("step --guest 401");
        cr_expect_eq(memcmp(&plain, hart(), sizeof plain), 0);
        cr_expect_eq(d.target.platform->s.clock.steps, 401);
    }
}
