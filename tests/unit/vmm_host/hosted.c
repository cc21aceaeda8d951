/* A hosted VM goes back to where it was, in the middle of anything, and goes on alike. */
#include "../vmm/world.h"

#include "input.h"

#define BNEZ_20(rs1) (insn_table[INSN_bne].match | (rs1) << 15 | 0xa00u) /* bnez rs1, 20 */

#define J_BACK_32 0xfe1ff06fu /* j -32 */

/* A small kernel with one process: the process counts in memory that is mapped at its first use and
 * asks for a letter on the console; the timer interrupts it. It has what a guest OS has: two
 * privileges, page faults, system calls, a device, time. */
static void given_a_small_system(void)
{
    world_new();
    usual_space(MODE_S);
    map(HANDLER, HANDLER, S_RWX);
    map(UART_BASE, UART_BASE, S_RWX);
    map(0x100000, entry_at(0x200000, 0), S_RWX); /* the table of the process's memory */
    w.hart->csr.mie = MIP_STIP;
    program(CODE, LI(A7, 0), LI(A0, 1), ECALL, /* legacy set_timer(1): at once */
            CSRW(sepc, S0), SRET);
    w.hart->x[S0] = U_CODE;
    w.hart->x[S1] = 0x200000;                         /* where the process counts */
    w.hart->x[T1] = 0x100000;                         /* where its table is */
    w.hart->x[T2] = entry(RAM_BASE + 0x200000, U_RW); /* the next entry */
    w.hart->x[TP] = 1 << PTE_PPN_SHIFT;               /* and from one frame to the next */
    w.hart->x[A1] = UART_BASE;
    w.hart->x[GP] = PAGE_SIZE;
    program(U_FRAME, LD(T0, S1), i_type(INSN_addi, T0, T0, 'a'), SD(T0, S1), LI(A5, 20),
            i_type(INSN_addi, A5, A5, -1), insn_table[INSN_bne].match | A5 << 15 | 0xfe000e80u,
            ECALL, r_type(INSN_add, S1, S1, GP), J_BACK_32);
    /* The handler maps the next page of the process for a load's page fault, prints for a call and
     * goes on behind it, and sets the timer to the third tick from now, which the process's work
     * outlasts. */
    program(HANDLER, CSRR(A2, scause), i_type(INSN_addi, A4, A2, -CAUSE_LOAD_PAGE_FAULT),
            BNEZ_20(A4), SD(T2, T1), r_type(INSN_add, T2, T2, TP), i_type(INSN_addi, T1, T1, 8),
            SFENCE_ALL, i_type(INSN_addi, A2, A2, -CAUSE_ECALL_U), BNEZ_20(A2),
            s_type(INSN_sb, A1, T0, 0), CSRR(A3, sepc), i_type(INSN_addi, A3, A3, 4),
            CSRW(sepc, A3), LI(A7, 0), CSRR(A0, time), i_type(INSN_addi, A0, A0, 3), ECALL, SRET);
}

/* All of the virtual state, and nothing of how it is made: registers, devices, guest memory. */
static uint64_t fingerprint(void)
{
    static struct {
        struct hart hart;
        struct platform_state platform;
        uint8_t memory[MEMORY];
    } all;
    struct platform *platform = &w.vm->platform;
    platform_update(platform); /* wires that the clock raised at this very step */
    memset(&all, 0, sizeof all);
    all.hart = *w.hart;
    all.platform = platform->s;
    cr_assert(platform->dma(platform->owner, RAM_BASE, all.memory, MEMORY, false));
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < sizeof all / 8; i++)
        hash = (hash ^ ((uint64_t *)(void *)&all)[i]) * 0x100000001b3;
    return hash;
}

TestSuite(hosted, .init = given_a_small_system, .fini = world_end);

Test(hosted, the_small_system_has_what_a_guest_os_has)
{
    run(3000);
    cr_expect_gt(exits(EXIT_GUEST_FAULT), 5);
    cr_expect_gt(exits(EXIT_ECALL), 10);
    cr_expect_gt(exits(EXIT_MMIO), 5);
    cr_expect_gt(w.vm->stats.injected, 0);
    cr_expect_gt(w.vm->platform.s.output_count, 5);
    cr_expect_eq(w.vm->stats.emulated_direct, 0);
}

Test(hosted, the_small_system_runs_as_on_the_bare_machine)
{
    struct fidelity_run run = world_lockstep(3000);
    cr_expect_eq(run.result, FIDELITY_LIMIT);
    cr_expect_eq(run.stale, 0);
}

Test(hosted, after_a_rollback_everything_is_as_it_was_and_goes_on_alike_from_any_step)
{
    for (unsigned i = 0; i < 60; i++) {
        run(7); /* in handler, process, between */
        uint64_t before = fingerprint();
        hosted_checkpoint(w.hosted);
        run(150);
        uint64_t after = fingerprint();
        cr_assert_neq(before, after);
        for (int again = 0; again < 2; again++) {
            hosted_rollback(w.hosted);
            cr_assert_eq(fingerprint(), before, "checkpoint %u", i);
            run(150);
            cr_assert_eq(fingerprint(), after, "checkpoint %u", i);
        }
        hosted_rollback(w.hosted);
    }
}

/* P39: a shadow is a cache, so when it is forgotten cannot be seen. */
Test(hosted, forgetting_every_shadow_after_each_step_is_invisible)
{
    hosted_checkpoint(w.hosted);
    run(400);
    uint64_t expected = fingerprint();
    hosted_rollback(w.hosted);
    for (unsigned i = 0; i < 400; i++) {
        run(1);
        vm_forget(w.vm);
    }
    cr_expect_eq(fingerprint(), expected);
}

/* The pool's memory is what it was at the checkpoint; who uses which page of it now is not. */
Test(hosted, after_a_rollback_no_view_runs_on_what_was_anothers_table)
{
    map(0x6000, DATA, S_RWX);
    w.hart->x[A1] = 0x6000;
    once(LD(A0, A1)); /* in the shadow of S */
    hosted_checkpoint(w.hosted);
    vm_forget(w.vm);
    program(U_FRAME, NOP, LD(A0, A1));
    w.hart->mode = MODE_U;
    w.hart->pc = U_CODE;
    run(1); /* the shadow of U takes its pages */
    hosted_rollback(w.hosted);
    program(U_FRAME, LD(A0, A1));
    w.hart->mode = MODE_U;
    w.hart->pc = U_CODE;
    run(1);
    expect_trap(CAUSE_LOAD_PAGE_FAULT, 0x6000, U_CODE);
}

Test(hosted, a_budget_in_slices_ends_where_a_whole_one_does)
{
    hosted_checkpoint(w.hosted);
    run(1001);
    uint64_t expected = fingerprint();
    hosted_rollback(w.hosted);
    for (unsigned i = 0; i < 1001; i += 1 + i % 3)
        platform_run(&w.vm->platform, i + 1 + i % 3 < 1001 ? i + 1 + i % 3 : 1001);
    cr_expect_eq(fingerprint(), expected);
}

Test(hosted, a_rollback_does_not_lose_input_that_came_since)
{
    hosted_checkpoint(w.hosted);
    input_append(&w.vm->platform, 'x');
    hosted_rollback(w.hosted);
    run(100);
    cr_expect_eq(w.vm->platform.s.input_cursor, 1);
}

Test(hosted, a_vm_boots_again_as_at_first)
{
    hosted_boot(w.hosted);
    w.vm->platform.s.clock = (struct clock){0};
    uint64_t turn_end = w.vm->platform.s.turn_end;
    uint64_t first = fingerprint();
    w.hart->csr.stvec = HANDLER;
    program(CODE, EBREAK);
    poke(RAM_BASE + MEMORY - 8, 8, 0x1234);
    run(100);
    cr_expect_neq(fingerprint(), first);
    hosted_boot(w.hosted);
    w.vm->platform.s.clock = (struct clock){0}; /* time goes on */
    w.vm->platform.s.turn_end = turn_end;
    cr_expect_eq(fingerprint(), first);
}

Test(hosted, both_engines_below_give_the_same_vm)
{
    run(2000);
    uint64_t expected = fingerprint();
    world_end();
    memset(&w, 0, sizeof w);
    given_a_small_system();
    struct hosted *other = hosted_new(&w.boot, ENGINE_STEP);
    hosted_boot(other);
    struct platform *from = &w.vm->platform, *to = &hosted_vm(other)->platform;
    static uint8_t memory[MEMORY];
    from->dma(from->owner, RAM_BASE, memory, MEMORY, false);
    to->dma(to->owner, RAM_BASE, memory, MEMORY, true);
    hosted_vm(other)->vcpu[0].hart = *w.hart;
    hosted_free(w.hosted);
    w.hosted = other;
    w.vm = hosted_vm(other);
    w.hart = &w.vm->vcpu[0].hart;
    run(2000);
    cr_expect_eq(fingerprint(), expected);
}
