/* why: the chain of causes, and that it follows what the guest is. */
#include "world.h"

TestSuite(story, .fini = end_session);

static const char *step_and_ask(void)
{
    say("step --guest 1");
    return say("why");
}

Test(story, an_emulated_csr_is_told_with_its_rule_and_change)
{
    begin_session(true, false);
    PROGRAM(CODE, csrw(CSR_sscratch, A0), j(0));
    hart()->x[A0] = 0x77;
    const char *answer = step_and_ask();
    EXPECT_IN(answer, "bits 9:8 of the number of sscratch say S, and the hart is in U");
    EXPECT_IN(answer, "csr sscratch (0x140), rs1 a0 = 0x77");
    EXPECT_IN(answer, "decide   emulate");
    EXPECT_IN(answer, "sscratch 0x0 -> 0x77");
    EXPECT_IN(answer, "pc 0x80000000 -> 0x80000004");
    EXPECT_IN(answer, "one step, which retires");
}

Test(story, a_call_of_the_firmware_is_told_with_its_answer)
{
    EACH_WAY(is_vm)
    {
        begin_session(is_vm, true);
        PROGRAM(CODE, ECALL, j(0));
        hart()->x[X_A7] = SBI_EXT_BASE;
        hart()->x[X_A6] = 3; /* is there an extension? */
        hart()->x[A0] = SBI_EXT_DBCN;
        const char *answer = step_and_ask();
        EXPECT_IN(answer, "\"decision\":\"firmware\"");
        EXPECT_IN(answer, "\"after.a0\":\"0x0\"");
        EXPECT_IN(answer, "\"after.a1\":\"0x1\"");
        EXPECT_IN(answer, "one step, which does not retire");
    }
}

/* The same instruction; what the guest is decides. */
Test(story, the_same_instruction_from_u_is_reflected_and_says_why)
{
    begin_session(true, true);
    PROGRAM(CODE, csrw(CSR_sscratch, A0), j(0));
    hart()->csr.medeleg = 0xb1ff;
    hart()->mode = MODE_U;
    const char *answer = step_and_ask();
    EXPECT_IN(answer, "\"decision\":\"reflect\"");
    EXPECT_IN(answer, "\"guest_rule\":\"csr_mode\"");
    hart()->mode = MODE_S;
    hart()->pc = CODE;
    answer = step_and_ask();
    EXPECT_IN(answer, "\"decision\":\"emulate\"");
    EXPECT_NOT_IN(answer, "guest_rule");
}

Test(story, a_fault_names_the_rule_that_the_entry_breaks)
{
    static const struct {
        uint64_t bits;
        enum mode mode;
        const char *rule;
    } rows[] = {
        {0, MODE_S, "invalid"},
        {PTE_V | PTE_W | PTE_A | PTE_D, MODE_S, "write_only"},
        {OPEN | (uint64_t)1 << 60, MODE_S, "reserved"},
        {PTE_V, MODE_S, "no_leaf"},
        {OPEN, MODE_U, "not_user"},
        {OPEN | PTE_U, MODE_S, "sum"},
        {PTE_V | PTE_X | PTE_A | PTE_D, MODE_S, "no_read"},
    };
    EACH_WAY(is_vm)
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        char expected[64];
        begin_session(is_vm, true);
        PROGRAM(CODE, ld(T0, 0, S0), j(0));
        map_page(DATA, rows[i].bits);
        poke64(TABLES + (RAM_BASE >> 30 & 511) * 8,
               RAM_BASE >> 2 | OPEN | (rows[i].mode == MODE_U ? PTE_U : 0));
        hart()->csr.medeleg = 0xb1ff;
        hart()->mode = rows[i].mode;
        hart()->x[S0] = VA;
        const char *answer = step_and_ask();
        snprintf(expected, sizeof expected, "\"%s\":\"%s\"", is_vm ? "guest_rule" : "rule",
                 rows[i].rule);
        EXPECT_IN(answer, expected);
    }
}

/* Access faults: what lies there, on the way there, and what keeps the hart from it. */
Test(story, an_access_fault_names_what_lies_there)
{
    static const struct {
        uint64_t address, middle; /* middle: what the table of the middle level says */
        const char *rule;
    } rows[] = {
        {0x4000, 0, "vacant"},
        {UART_BASE, 0, "device"},
        {RAM_BASE + MEMORY, 0, "vacant"},
        {VA, (uint64_t)0x1000 << 10 | PTE_V, "table_memory"},
    };
    EACH_WAY(is_vm)
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        char expected[64];
        begin_session(is_vm, true);
        PROGRAM(CODE, ld(T0, 0, S0), j(0));
        if (rows[i].middle) {
            map_page(DATA, OPEN);
            poke64(TABLES + PAGE_SIZE, rows[i].middle);
        }
        hart()->csr.medeleg = 0xb1ff;
        hart()->x[S0] = rows[i].address;
        const char *answer = step_and_ask();
        snprintf(expected, sizeof expected, "\"%s\":\"%s\"", is_vm ? "guest_rule" : "rule",
                 rows[i].rule);
        EXPECT_IN(answer, expected);
        EXPECT_IN(answer, "load access fault");
    }
}

Test(story, what_the_pmp_withholds_is_told_of_the_access_and_of_the_walk)
{
    static const struct {
        uint64_t from, to;
        const char *rule;
    } rows[] = {{DATA, DATA + PAGE_SIZE, "pmp"}, {TABLES, TABLES + 0x3000, "table_pmp"}};
    for (unsigned i = 0; i < 2; i++) {
        char line[64], expected[64];
        begin_session(false, true);
        PROGRAM(CODE, ld(T0, 0, S0), j(0));
        map_page(DATA, OPEN);
        hart()->csr.medeleg = 0xb1ff;
        hart()->x[S0] = VA;
        snprintf(line, sizeof line, "set csr.pmpaddr0 = %lu", rows[i].from >> 2);
        say(line);
        snprintf(line, sizeof line, "set csr.pmpaddr1 = %lu", rows[i].to >> 2);
        say(line);
        say("set csr.pmpaddr2 = -1");
        EXPECT_IN(say("set csr.pmpcfg0 = 0x0f080f"), "\"ok\":true"); /* all, nothing, all */
        const char *answer = step_and_ask();
        snprintf(expected, sizeof expected, "\"rule\":\"%s\"", rows[i].rule);
        EXPECT_IN(answer, expected);
    }
}

Test(story, a_first_touch_is_a_fill_that_the_guest_cannot_tell)
{
    begin_session(true, true);
    PROGRAM(CODE, ld(T0, 0, S0), j(0));
    map_page(DATA, OPEN & ~PTE_A);
    hart()->x[S0] = VA;
    const char *answer = step_and_ask();
    EXPECT_IN(answer, "\"decision\":\"fill\"");
    EXPECT_IN(answer, "the guest's entry at gpa 0x80102000");
    EXPECT_IN(answer, "the shadow's entry: none -> ");
    EXPECT_IN(answer, "no step: the guest cannot tell");
    EXPECT_IN(say("xlate 0x40000000"), "none: all three agree");
}

Test(story, a_shadow_that_is_older_than_the_tables_is_called_so)
{
    begin_session(true, false);
    PROGRAM(CODE, ld(T1, 0, S1), sd(T0, 0, S0), sd(T1, 0, S1), j(0));
    map_page(DATA, OPEN & ~PTE_W);
    hart()->x[S0] = TABLES + 2 * PAGE_SIZE;
    hart()->x[S1] = VA;
    hart()->x[T0] = DATA >> 2 | OPEN;
    say("step --guest 2");
    EXPECT_IN(say("xlate 0x40000000 w"), "the shadow allows less");
    const char *answer = step_and_ask();
    EXPECT_IN(answer, "it is older than the guest's entry");
    EXPECT_IN(answer, "the page is not for writing: W = 0");
    EXPECT_IN(answer, "decide   fill");
}

Test(story, what_was_withheld_is_told_when_it_is_given)
{
    hpa_t hpa;
    begin_session(true, false);
    PROGRAM(CODE, sd(T0, 0, S0), j(0));
    map_page(DATA, OPEN);
    hart()->x[S0] = VA;
    cr_assert(withhold_share(d.target.vm, GPA(DATA), &hpa));
    withhold_log(d.target.vm, true);
    const char *answer = step_and_ask();
    EXPECT_IN(answer, "copy on write: another has the frame at hpa");
    EXPECT_IN(answer, "log as dirty");
    EXPECT_IN(answer, "the p2m's entry: hpa 0x");
    EXPECT_IN(answer, "no step: the guest cannot tell");
    begin_session(true, true);
    PROGRAM(CODE, ld(T0, 0, S0), j(0));
    map_page(DATA, OPEN);
    hart()->x[S0] = VA;
    cr_assert(withhold_punch(d.target.vm, GPA(DATA)));
    answer = step_and_ask();
    EXPECT_IN(answer, "\"decision\":\"fill a hole\"");
    EXPECT_IN(answer, "gets one that reads zero");
}

Test(story, a_device_is_told_with_what_was_written)
{
    begin_session(true, false);
    PROGRAM(CODE, encode(INSN_sb, 0, S0, A0, 7), j(0));
    hart()->x[S0] = UART_BASE;
    hart()->x[A0] = 'T';
    const char *answer = step_and_ask();
    EXPECT_IN(answer, "gpa 0x10000007 is no memory, but a device: uart");
    EXPECT_IN(answer, "decide   MMIO");
    EXPECT_IN(answer, "uart: a write of 1 bytes: 0x54");
}

Test(story, a_traced_store_to_a_table_says_that_it_is_one)
{
    begin_session(true, true);
    d.target.vm->config.shadow = SHADOW_TRACE;
    target_boot(&d.target);
    hart()->csr.stvec = HANDLER;
    PROGRAM(CODE, ld(T1, 0, S1), sd(T0, 8, S0), j(0));
    map_page(DATA, OPEN);
    hart()->x[S1] = VA; /* so that the table is known to be one */
    hart()->x[S0] = TABLES + 2 * PAGE_SIZE;
    hart()->x[T0] = 0x1234;
    say("step --guest 1");
    const char *answer = step_and_ask();
    EXPECT_IN(answer, "a store to a table of the guest");
    EXPECT_IN(answer, "memory at 0x80102008, 8 bytes: 0x0 -> 0x1234");
}

Test(story, the_lanes_of_an_exit_come_one_step_at_a_time)
{
    static const char *const stages[] = {"exit 0, trap", "guest", "decision", "change", "resume"};
    begin_session(true, false);
    PROGRAM(CODE, csrw(CSR_sscratch, A0), j(0));
    hart()->x[A0] = 0x77;
    hart()->csr.sscratch = 0x11;
    say("catch exit fetch_fault"); /* the first fetch fills */
    say("step");
    say("delete");
    for (unsigned i = 0; i < 5 && d.in_vmm; i++)
        say("step");
    EXPECT_IN(say("where"), "[guest kernel]");
    for (unsigned i = 0; i < 5; i++) {
        const char *answer = say("step");
        EXPECT_IN(answer, "[VMM]");
        EXPECT_IN(answer, i ? stages[i] : "trap");
        /* What is shown is the state as it was, until the stage that changes it. */
        EXPECT_IN(say("csr sscratch"), i < 3 ? "0x11" : "0x77");
    }
    EXPECT_IN(say("step"), "[guest kernel]");
    cr_expect_eq(hart()->pc, CODE + 4);
}

Test(story, why_not_names_what_keeps_an_interrupt_waiting)
{
    static const struct {
        uint64_t pending, enabled, status;
        enum mode mode;
        const char *rule;
    } rows[] = {
        {0, MIP_SSIP, 0, MODE_S, "not_pending"},
        {MIP_SSIP, 0, 0, MODE_S, "not_enabled"},
        {MIP_SSIP, MIP_SSIP, 0, MODE_S, "sie_clear"},
        {MIP_SSIP, MIP_SSIP, MSTATUS_SIE, MODE_M, "mode_above"},
        {MIP_SSIP | MIP_SEIP, MIP_SSIP | MIP_SEIP, MSTATUS_SIE, MODE_S, "another_first"},
        {MIP_SSIP, MIP_SSIP, MSTATUS_SIE, MODE_S, "taken"},
        {MIP_SSIP, MIP_SSIP, 0, MODE_U, "taken"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        char expected[100];
        begin_session(false, true);
        hart()->csr.mideleg = MIP_SSIP | MIP_STIP | MIP_SEIP;
        hart()->csr.mip = rows[i].pending;
        hart()->csr.mie = rows[i].enabled;
        hart()->csr.mstatus |= rows[i].status;
        hart()->mode = rows[i].mode;
        snprintf(expected, sizeof expected, "\"supervisor software interrupt\":\"%s\"",
                 rows[i].rule);
        EXPECT_IN(say("why not ssi"), expected);
        hart()->mode = MODE_S;
    }
}

Test(story, an_exit_of_before_can_be_asked_for_again)
{
    begin_session(true, true);
    PROGRAM(CODE, csrw(CSR_sscratch, A0), csrw(CSR_sepc, A0), j(0));
    hart()->x[A0] = 0x70;
    say("step --guest 2");
    EXPECT_IN(say("exits -n 2"), "sscratch");
    uint64_t last = d.history.count - 1;
    char line[32];
    snprintf(line, sizeof line, "exits %lu", last - 1);
    EXPECT_IN(say(line), "\"after.sscratch\":\"0x70\"");
    snprintf(line, sizeof line, "why %lu", last);
    EXPECT_IN(say(line), "\"after.sepc\":\"0x70\"");
    EXPECT_IN(say("why 999999"), "not remembered");
}
