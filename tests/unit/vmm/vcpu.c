/* The vcpu: which view it runs in, what it carries in and out, and what its time is. */
#include "world.h"

TestSuite(vcpu, .init = world_new, .fini = world_end);

Test(vcpu, p02_the_view_is_the_whole_satp_mode_sum_and_mxr)
{
    uint64_t satp = SV39 | ASID(7) | 0x80123;
    static const struct {
        enum mode mode;
        uint64_t status;
        bool sum, mxr;
    } rows[] = {
        {MODE_U, 0, false, false},
        {MODE_U, MSTATUS_SUM, false, false}, /* SUM is about S alone */
        {MODE_U, MSTATUS_MXR, false, true},
        {MODE_S, 0, false, false},
        {MODE_S, MSTATUS_SUM, true, false},
        {MODE_S, MSTATUS_SUM | MSTATUS_MXR, true, true},
    };
    w.hart->csr.satp = satp;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        w.hart->mode = rows[i].mode;
        w.hart->csr.mstatus = rows[i].status;
        struct space space = vcpu_view(w.vcpu).space;
        cr_expect_eq(space.satp, satp, "row %u", i);
        cr_expect_eq(space.mode, rows[i].mode, "row %u", i);
        cr_expect_eq(space.sum, rows[i].sum, "row %u", i);
        cr_expect_eq(space.mxr, rows[i].mxr, "row %u", i);
    }
}

Test(vcpu, who_does_not_page_has_one_view_whatever_satp_and_status_hold)
{
    w.hart->csr.satp = ASID(5) | 0x1234; /* MODE = Bare, the rest left over */
    w.hart->mode = MODE_S;
    struct shadow *shadow = shadow_of(&w.vm->shadows, vcpu_view(w.vcpu));
    w.hart->csr.satp = ASID(6);
    w.hart->csr.mstatus |= MSTATUS_SUM | MSTATUS_MXR;
    cr_expect_eq(shadow_of(&w.vm->shadows, vcpu_view(w.vcpu)), shadow);
}

Test(vcpu, the_hart_runs_on_a_shadow_and_never_on_the_guests_satp)
{
    usual_space(MODE_S);
    program(CODE, LI(A0, 5), LOOP);
    run(3);
    hpa_t root = HPA((w.vcpu->run.satp & SATP_PPN) << PAGE_SHIFT);
    cr_expect_neq(w.vcpu->run.satp, w.hart->csr.satp);
    cr_expect_eq(owner_of(&w.vm->owners, root), OWNER_VMM);
    cr_expect_eq(w.hart->x[A0], 5);
    cr_expect_eq(w.hart->pc, CODE + 4);
    cr_expect_eq(w.vm->stats.entries_outside_u, 0);
}

Test(vcpu, a_reservation_is_a_gpa_to_the_guest_and_an_hpa_to_the_hart)
{
    program(CODE, LR(A0, A1));
    w.hart->x[A1] = DATA + 8;
    run(1);
    hpa_t hpa;
    cr_assert(vm_translate(w.vm, GPA(DATA + 8), PTE_R, &hpa));
    cr_expect(w.hart->reservation.valid);
    cr_expect_eq(w.hart->reservation.pa, DATA + 8);
    cr_expect_eq(w.vcpu->run.reservation.pa, hpa.a);
    cr_expect_neq(hpa.a, DATA + 8);
}

Test(vcpu, a_reservation_of_what_is_no_memory_is_not_carried_in)
{
    program(CODE, SC(A0, A2, A1));
    w.hart->reservation = (struct reservation){.valid = true, .pa = NOWHERE};
    w.hart->x[A1] = DATA;
    run(1);
    cr_expect_eq(w.hart->x[A0], 1);
    cr_expect_eq(peek(DATA, 8), 0);
}

Test(vcpu, reflecting_is_a_step_and_injecting_is_none)
{
    vcpu_reflect(w.vcpu, (struct trap){.cause = CAUSE_BREAKPOINT, .tval = 0x1234});
    expect_trap(CAUSE_BREAKPOINT, 0x1234, CODE);
    cr_expect_eq(steps(), 1);
    cr_expect_eq(w.hart->csr.mcycle, 1);
    cr_expect_eq(w.hart->csr.minstret, 0);
    vcpu_inject(w.vcpu);
    cr_expect_eq(w.vm->stats.injected, 0, "nothing is due");
    w.hart->csr.mstatus |= MSTATUS_SIE;
    w.hart->csr.mie = w.hart->csr.mip = MIP_SSIP;
    vcpu_inject(w.vcpu);
    expect_trap(CAUSE_INTERRUPT | IRQ_SSI, 0, HANDLER);
    cr_expect_eq(w.vm->stats.injected, 1);
    cr_expect_eq(steps(), 1);
}

Test(vcpu, it_stops_at_the_step_that_it_was_told)
{
    program(CODE, NOP, CSRR(A0, sscratch), EBREAK); /* direct, emulated, reflected */
    program(HANDLER, LOOP);
    w.vm->platform.stirred = false;
    for (unsigned i = 1; i <= 5; i++) {
        vcpu_run(w.vcpu, i);
        cr_expect_eq(steps(), i);
    }
    vcpu_run(w.vcpu, 5);
    cr_expect_eq(steps(), 5, "it is there already");
    cr_expect_eq(w.vcpu->last_exit, EXIT_BUDGET);
}

Test(vcpu, it_comes_back_when_it_waits_or_a_device_has_changed)
{
    program(CODE, WFI);
    w.vm->platform.stirred = false;
    vcpu_run(w.vcpu, 100);
    cr_expect_eq(steps(), 1);
    cr_expect(w.hart->waiting);
    w.hart->waiting = false;
    w.hart->pc = CODE;
    w.hart->x[A1] = UART_BASE + 5;
    program(CODE, i_type(INSN_lbu, A0, A1, 0), NOP);
    w.vm->platform.stirred = false;
    vcpu_run(w.vcpu, 100);
    cr_expect_eq(steps(), 2);
    cr_expect(w.vm->platform.stirred);
}

/* Every step of the guest is one of four. */
Test(vcpu, steps_are_direct_emulated_reflected_or_the_firmwares)
{
    program(CODE, NOP, CSRR(A0, sscratch), ECALL, EBREAK);
    program(HANDLER, CSRR(A0, sepc), i_type(INSN_addi, A0, A0, 4), CSRW(sepc, A0), LOOP);
    run(50);
    uint64_t emulated = 0;
    for (unsigned i = 0; i < INSN_COUNT; i++)
        emulated += w.vm->stats.emulated[i];
    cr_expect_eq(emulated, 3);
    cr_expect_eq(w.vm->stats.reflected, 1);
    cr_expect_eq(w.vm->stats.firmware, 1);
    cr_expect_eq(w.vm->stats.direct, 45);
}

/* ---- two of them ------------------------------------------------------------------------------
 */

static void given_two(uint64_t quantum)
{
    world_end();
    memset(&w, 0, sizeof w);
    world_of(2, ISA_FULL, ENGINE_BLOCK);
    w.vm->platform.quantum = quantum;
    w.vm->platform.s.turn_end = quantum;
    w.boot.config.quantum = quantum; /* of the twin */
    w.vm->platform.s.sbi.state[1] = SBI_HART_STARTED;
    struct hart *second = &w.vm->vcpu[1].hart;
    second->mode = MODE_S;
    second->pc = CODE + 0x1000;
    second->csr = w.hart->csr;
    second->csr.mhartid = 1;
}

Test(vcpu, p29_a_reservation_does_not_survive_a_switch_of_vcpus)
{
    given_two(1);
    program(CODE, LR(A0, A1), SC(A2, A3, A1));
    program(CODE + 0x1000, SD(A3, A1), LOOP);
    for (unsigned i = 0; i < 2; i++) {
        w.vm->vcpu[i].hart.x[A1] = DATA;
        w.vm->vcpu[i].hart.x[A3] = 1 + i;
    }
    run(3); /* LR; the other's store; SC */
    cr_expect_eq(w.hart->x[A2], 1);
    cr_expect_eq(peek(DATA, 8), 2);
}

/* The other has stored there before, so its store needs no exit any more; but now it must. */
Test(vcpu, p29_a_store_that_went_by_itself_breaks_a_reservation_that_came_since)
{
    given_two(1);
    program(CODE, NOP, LR(A0, A1), NOP, SC(A2, A3, A1));
    program(CODE + 0x1000, SD(A3, A1), NOP, SD(A3, A1), LOOP);
    for (unsigned i = 0; i < 2; i++) {
        w.vm->vcpu[i].hart.x[A1] = DATA;
        w.vm->vcpu[i].hart.x[A3] = 1 + i;
    }
    run(7);
    cr_expect_eq(w.hart->x[A2], 1);
    cr_expect_eq(peek(DATA, 8), 2);
}

/* The first has a large page, not dirty yet. When the other has a reservation somewhere, what the
 * store to it fills is small. */
Test(vcpu, p29_a_large_page_goes_to_pieces_while_another_vcpu_has_a_reservation)
{
    const uint64_t va = 0x40200000, frame = RAM_BASE + level_size(1);
    int level;
    given_two(1);
    map(CODE, CODE, S_RX);
    map_at(va, 1, frame, S_RWX & ~PTE_D);
    program(CODE, LD(A0, A1), NOP, SD(A2, A1), LOOP);
    program(CODE + 0x1000, NOP, LR(A0, A1), LOOP);
    enter_paging(MODE_S);
    w.hart->x[A1] = va;
    w.hart->x[A2] = 7;
    w.vm->vcpu[1].hart.x[A1] = DATA;
    run(5);
    cr_expect_eq(peek(frame, 8), 7);
    shadow_lookup(&w.vm->shadows, shadow_of(&w.vm->shadows, vcpu_view(w.vcpu)), GVA(va), &level,
                  NULL);
    cr_expect_eq(level, 0);
}

/* No exit tells that FS went from clean to dirty, and who saves registers asks it. */
Test(vcpu, p29_fs_goes_dirty_behind_the_back_of_the_vmm)
{
    usual_space(MODE_U);
    program(U_FRAME, insn_table[INSN_fmv_d_x].match | A1 << 7 | A0 << 15, NOP);
    w.hart->csr.mstatus = (w.hart->csr.mstatus & ~(uint64_t)MSTATUS_FS) | MSTATUS_FS_CLEAN;
    w.hart->x[A0] = 0x1234;
    run(2);
    cr_expect_eq(w.hart->csr.mstatus & MSTATUS_FS, MSTATUS_FS);
    cr_expect_eq(w.hart->f[A1], 0x1234);
    cr_expect_eq(exits(EXIT_PRIVILEGED), 0);
}

Test(vcpu, p45_a_store_of_another_vcpu_reaches_code_that_ran)
{
    given_two(4);
    program(CODE, LI(A0, 1), i_type(INSN_jalr, ZERO, A1, 0));
    program(CODE + 0x1000, s_type(INSN_sw, A1, A2, 0), LOOP);
    w.hart->x[A1] = w.vm->vcpu[1].hart.x[A1] = CODE;
    w.vm->vcpu[1].hart.x[A2] = LI(A0, 2);
    run(4);
    cr_expect_eq(w.hart->x[A0], 1);
    run(8);
    cr_expect_eq(w.hart->x[A0], 2);
}

/* Both count in one place and in turn; one of them pages, and they share what was cached. */
Test(vcpu, two_run_as_two_harts_of_a_bare_machine)
{
    given_two(7);
    const uint32_t count[] = {AMOADD(A0, A3, A1), LR(A0, A1),        SC(A2, A3, A1),
                              CSRR(A4, time),     CSRR(A5, mhartid), 0xfedff06fu /* j -20 */};
    put_words(CODE, count, 6);
    put_words(CODE + 0x1000, count, 6);
    program(HANDLER, LOOP); /* mhartid is not S's */
    for (unsigned i = 0; i < 2; i++) {
        w.vm->vcpu[i].hart.x[A1] = DATA;
        w.vm->vcpu[i].hart.x[A3] = 3;
    }
    map(CODE, CODE, S_RX);
    map(DATA, DATA, S_RWX & ~PTE_D);
    map(HANDLER, HANDLER, S_RX);
    enter_paging(MODE_S);
    cr_expect_eq(world_lockstep(300).result, FIDELITY_LIMIT);
    cr_expect_eq(w.vm->vcpu[1].hart.csr.scause, CAUSE_ILLEGAL_INSN);
}
