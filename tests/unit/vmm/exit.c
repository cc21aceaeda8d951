/* Exits: which reason each trap of the hart is, and what becomes of the vcpu. */
#include "world.h"

TestSuite(exits, .init = world_new, .fini = world_end);

Test(exits, each_trap_of_the_hart_has_its_reason)
{
    const struct {
        uint32_t word;
        uint64_t a1;
        enum exit_reason reason;
        unsigned steps_of_vmm;
        const char *what;
    } rows[] = {
        {CSRR(A0, sscratch), 0, EXIT_PRIVILEGED, 1, "csrr"},
        {0xffffffff, 0, EXIT_PRIVILEGED, 1, "illegal"},
        {ECALL, 0, EXIT_ECALL, 1, "ecall"},
        {EBREAK, 0, EXIT_BREAKPOINT, 1, "ebreak"},
        {0x00019002, 0, EXIT_BREAKPOINT, 1, "c.ebreak"},
        {LD(A0, A1), DATA, EXIT_BUDGET, 0, "load that is filled"},
        {LD(A0, A1), NOWHERE, EXIT_LOAD_FAULT, 1, "load"},
        {SD(A0, A1), NOWHERE, EXIT_STORE_FAULT, 1, "store"},
        {AMOADD(A0, A0, A1), NOWHERE, EXIT_STORE_FAULT, 1, "AMO"},
        {LR(A0, A1), DATA + 4, EXIT_LOAD_ALIGN, 1, "misaligned LR"},
        {AMOADD(A0, A0, A1), DATA + 4, EXIT_STORE_ALIGN, 1, "misaligned AMO"},
        {NOP, 0, EXIT_BUDGET, 0, "nothing"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        w.hart->x[A1] = rows[i].a1;
        uint64_t before = exits(rows[i].reason), direct = w.vm->stats.direct;
        once(rows[i].word);
        cr_expect_eq(w.vcpu->last_exit, rows[i].reason, "%s", rows[i].what);
        cr_expect_eq(exits(rows[i].reason) - before, 1, "%s", rows[i].what);
        cr_expect_eq(1 - (w.vm->stats.direct - direct), rows[i].steps_of_vmm, "%s", rows[i].what);
    }
    w.hart->pc = NOWHERE;
    run(1);
    cr_expect_eq(w.vcpu->last_exit, EXIT_FETCH_FAULT);
    cr_expect_eq(w.vcpu->last_trap.tval, NOWHERE);
}

Test(exits, a_jump_to_half_a_word_is_misaligned_where_there_are_no_short_instructions)
{
    world_end();
    memset(&w, 0, sizeof w);
    world_of(1, ISA_FULL & ~ISA(C), ENGINE_BLOCK);
    w.hart->x[A1] = DATA + 2;
    once(JALR(A1));
    expect_trap(CAUSE_INSN_MISALIGNED, DATA + 2, CODE);
    cr_expect_eq(w.vcpu->last_exit, EXIT_FETCH_ALIGN);
}

/* The handlers themselves, with a trap made by hand. */
Test(exits, each_handler_says_what_becomes_of_the_vcpu)
{
    const struct {
        uint64_t cause, tval;
        uint32_t word; /* at pc */
        enum outcome outcome;
        uint64_t seen; /* cause that is reflected */
        enum exit_reason also;
        const char *what;
    } rows[] = {
        {CAUSE_LOAD_PAGE_FAULT, 0x5000, LD(A0, A1), RESUME_SAME, 0, EXIT_FILL, "mapped"},
        {CAUSE_STORE_PAGE_FAULT, 0x5000, SD(A0, A1), RESUME_SAME, 0, EXIT_FILL, "mapped"},
        {CAUSE_LOAD_PAGE_FAULT, 0x7000, LD(A0, A1), REFLECT, CAUSE_LOAD_PAGE_FAULT,
         EXIT_GUEST_FAULT, "not mapped"},
        {CAUSE_INSN_PAGE_FAULT, 0x5000, NOP, REFLECT, CAUSE_INSN_PAGE_FAULT, EXIT_GUEST_FAULT,
         "not executable"},
        {CAUSE_LOAD_PAGE_FAULT, 0x6005, i_type(INSN_lbu, A0, A2, 0), RESUME_NEXT, 0, EXIT_MMIO,
         "a device"},
        {CAUSE_LOAD_PAGE_FAULT, 0x6005, i_type(INSN_lh, A0, A2, 0), REFLECT,
         CAUSE_LOAD_ACCESS_FAULT, EXIT_MMIO, "what the device refuses"},
        {CAUSE_ILLEGAL_INSN, 0, CSRR(A0, sscratch), RESUME_NEXT, 0, EXIT_PRIVILEGED, "csrr"},
        {CAUSE_ILLEGAL_INSN, 0, MRET, REFLECT, CAUSE_ILLEGAL_INSN, EXIT_PRIVILEGED, "mret"},
        {CAUSE_ECALL_U, 0, ECALL, RESUME_SAME, 0, EXIT_ECALL, "a call of the firmware"},
        {CAUSE_BREAKPOINT, CODE, EBREAK, REFLECT, CAUSE_BREAKPOINT, EXIT_BREAKPOINT, "ebreak"},
        {CAUSE_LOAD_MISALIGNED, 1, NOP, REFLECT, CAUSE_LOAD_MISALIGNED, EXIT_LOAD_ALIGN, "LR"},
    };
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX & ~PTE_X);
    map(0x6000, UART_BASE, S_RWX);
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct trap trap = {.cause = rows[i].cause, .tval = rows[i].tval};
        program(CODE, rows[i].word);
        w.hart->pc = CODE;
        w.hart->x[A2] = 0x6005;
        w.vcpu->shadow = shadow_of(&w.vm->shadows, vcpu_view(w.vcpu));
        uint64_t before = exits(rows[i].also);
        cr_expect_eq(exit_dispatch(w.vcpu, &trap), rows[i].outcome, "row %u: %s", i, rows[i].what);
        cr_expect_eq(exits(rows[i].also) - before, 1, "row %u: %s", i, rows[i].what);
        if (rows[i].outcome == REFLECT)
            cr_expect_eq(trap.cause, rows[i].seen, "row %u: %s", i, rows[i].what);
    }
}

Test(exits, a_fault_that_is_hidden_takes_no_step_and_leaves_the_guest_as_it_was)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX);
    struct hart before = *w.hart;
    struct trap trap = {.cause = CAUSE_LOAD_PAGE_FAULT, .tval = 0x5000};
    w.vcpu->shadow = shadow_of(&w.vm->shadows, vcpu_view(w.vcpu));
    cr_expect_eq(exit_dispatch(w.vcpu, &trap), RESUME_SAME);
    cr_expect_eq(memcmp(&before, w.hart, sizeof before), 0);
    cr_expect_eq(steps(), 0);
    cr_expect_neq(shadow_entry(0x5000), 0);
}

/* A store over two pages, of which the second is missing: nothing of it is done (P30). */
Test(exits, an_access_over_two_pages_is_all_or_nothing)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX);
    w.hart->x[A1] = 0x5ffc;
    w.hart->x[A0] = ~(uint64_t)0;
    once(SD(A0, A1));
    expect_trap(CAUSE_STORE_PAGE_FAULT, 0x6000, CODE);
    cr_expect_eq(peek(DATA + 0xff8, 8), 0);
    map(0x6000, DATA + 5 * PAGE_SIZE, S_RWX & ~PTE_D); /* not its neighbour in memory */
    once(SD(A0, A1));
    cr_expect_eq(peek(DATA + 0xff8, 8), 0xffffffff00000000);
    cr_expect_eq(peek(DATA + 5 * PAGE_SIZE, 8), 0xffffffff);
    cr_expect_eq(peek(DATA + PAGE_SIZE, 8), 0);
    cr_expect_eq(w.vm->stats.emulated_direct, 0);
}

Test(exits, an_access_over_the_end_of_memory_or_into_a_device_is_precise)
{
    usual_space(MODE_S);
    map(0x5000, DATA, S_RWX);
    w.hart->x[A1] = 0x5ffc;
    w.hart->x[A0] = ~(uint64_t)0;
    static const uint64_t beyond[] = {UART_BASE, NOWHERE, RAM_BASE + MEMORY};
    for (unsigned i = 0; i < 3; i++) {
        map(0x6000, beyond[i], S_RWX);
        once(SFENCE_ALL);
        once(SD(A0, A1));
        expect_trap(CAUSE_STORE_ACCESS_FAULT, 0x6000, CODE);
        cr_expect_eq(peek(DATA + 0xff8, 8), 0, "row %u", i);
        once(LD(A0, A1));
        expect_trap(CAUSE_LOAD_ACCESS_FAULT, 0x6000, CODE);
    }
}

static const struct exit_record *last_record(void)
{
    return &w.vm->exits.record[(w.vm->exits.count - 1) % EXIT_RING];
}

Test(exits, each_is_recorded_with_what_it_was_found_to_be)
{
    const struct {
        uint32_t word;
        uint64_t a1;
        enum exit_reason reason, found;
        enum outcome outcome;
        uint64_t reflected; /* cause */
    } rows[] = {
        {CSRR(A0, sscratch), 0, EXIT_PRIVILEGED, EXIT_PRIVILEGED, RESUME_NEXT, 0},
        {0xffffffff, 0, EXIT_PRIVILEGED, EXIT_PRIVILEGED, REFLECT, CAUSE_ILLEGAL_INSN},
        {LD(A0, A1), NOWHERE, EXIT_LOAD_FAULT, EXIT_MMIO, REFLECT, CAUSE_LOAD_ACCESS_FAULT},
        {NOP, 0, EXIT_FETCH_FAULT, EXIT_FILL, RESUME_SAME, 0},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        w.hart->x[A1] = rows[i].a1;
        vm_forget(w.vm); /* so that even nothing at all is a fill */
        uint64_t count = w.vm->exits.count, step = steps();
        enum mode mode = w.hart->mode;
        once(rows[i].word);
        cr_assert_gt(w.vm->exits.count, count);
        const struct exit_record *record = last_record();
        cr_expect_eq(record->step, step, "row %u", i);
        cr_expect_eq(record->pc, CODE, "row %u", i);
        cr_expect_eq(record->mode, mode, "row %u", i);
        cr_expect_eq(record->reason, rows[i].reason, "row %u", i);
        cr_expect_eq(record->found, rows[i].found, "row %u", i);
        cr_expect_eq(record->outcome, rows[i].outcome, "row %u", i);
        if (rows[i].outcome == REFLECT)
            cr_expect_eq(record->reflected.cause, rows[i].reflected, "row %u", i);
    }
}

static unsigned told[3]; /* before, after, of a device */
static uint64_t told_pc[2];

static void on_exit_of(void *owner, const struct hart *hart, struct trap trap, const char *reason)
{
    (void)owner, (void)trap, (void)reason;
    told[0]++;
    told_pc[0] = hart->pc;
}

static void on_answer(void *owner, const struct hart *hart)
{
    (void)owner;
    told[1]++;
    told_pc[1] = hart->pc;
}

static void on_mmio(void *owner, uint64_t pa, unsigned size, bool is_write, uint64_t value)
{
    (void)owner;
    told[2]++;
    cr_expect_eq(pa, UART_BASE + 7);
    cr_expect_eq(size, 1);
    cr_expect(is_write);
    cr_expect_eq(value, 'T');
}

Test(exits, whoever_watches_is_told_before_and_after)
{
    struct observer observer = {.exit = on_exit_of, .answer = on_answer, .mmio = on_mmio};
    w.vm->platform.observer = &observer;
    w.hart->x[A0] = 'T';
    w.hart->x[A1] = UART_BASE + 7; /* the scratch register */
    once(s_type(INSN_sb, A1, A0, 0));
    cr_expect_geq(told[0], 1);
    cr_expect_eq(told[1], told[0]);
    cr_expect_eq(told[2], 1);
    cr_expect_eq(told_pc[0], CODE);
    cr_expect_eq(told_pc[1], CODE + 4);
    w.vm->platform.observer = NULL;
}

static void stop_there(void *owner, const struct hart *hart, struct trap trap)
{
    (void)hart, (void)trap;
    platform_stop(owner, STOP_HOST, 0);
}

Test(exits, whoever_watches_can_look_at_an_interrupt_before_its_handler_runs)
{
    struct observer observer = {.owner = &w.vm->platform, .trap = stop_there};
    w.vm->platform.observer = &observer;
    w.hart->mode = MODE_S;
    w.hart->pc = CODE;
    w.hart->csr.stvec = CODE + 64;
    w.hart->csr.mideleg = w.hart->csr.mie = MIP_SSIP;
    w.hart->csr.mip = MIP_SSIP;
    w.hart->csr.mstatus |= MSTATUS_SIE;
    uint64_t before = steps();
    cr_expect_eq(run(10), STOP_HOST);
    cr_expect_eq(w.hart->pc, CODE + 64);
    cr_expect_eq(steps(), before);
    w.vm->platform.observer = NULL;
}
