/* The run loop: enter, run until an exit, answer it, go on. */
#include "vcpu.h"

#include <string.h>

#include "csr.h"
#include "step.h"
#include "trap.h"
#include "vm.h"

bool vcpu_is_split(const struct hart *hart)
{
    return space_of_fetch(hart).mode != space_of_data(hart).mode;
}

/* Lab 6, exercise 2. The view that the guest's present mode and address space ask for: which shadow
 * the hart must walk. Two states of the guest that could translate an address differently have
 * different views (P01, P02): the whole satp, ASID too; S and U, although both run in U; SUM, MXR.
 * Two that cannot have the same one, so that a shadow is found again (space_canonical). It is the
 * space of the guest's fetches (space_of_fetch); where its loads and stores are made in another
 * (vcpu_is_split), the view is for fetches only. `protection` is 0 where the platform answers as
 * firmware, since then every vcpu has the same, constant PMP; else each has its own: the vcpu's
 * index plus one. */
struct view vcpu_view(const struct vcpu *vcpu)
{
    return (struct view){.space = space_canonical(space_of_fetch(&vcpu->hart)),
                         .fetches_only = vcpu_is_split(&vcpu->hart),
                         .protection = vcpu->vm->platform.has_firmware ? 0 : vcpu->index + 1};
}

/* Lab 5, exercise 1. The reservation of LR is kept as a physical address, which means another place
 * on each side: the guest's is a gpa, the hart's an hpa. It must survive exits that the guest does
 * not see (P41). Going in, the hart's is where the p2m has the guest's (vm_translate, PTE_R); where
 * the p2m has no such memory, or the guest has no reservation, the hart has none. */
static void carry_in_reservation(struct vcpu *vcpu)
{
    hpa_t hpa;
    vcpu->run.reservation = vcpu->hart.reservation;
    if (!vcpu->run.reservation.valid)
        return;
    vcpu->run.reservation.valid =
        vm_translate(vcpu->vm, GPA(vcpu->hart.reservation.pa), PTE_R, &hpa);
    vcpu->run.reservation.pa = hpa.a;
}

/* Lab 5, exercise 1. Coming back, the guest's reservation is the hart's: valid when that is, and at
 * the gpa of the same byte (owner_gpa), whatever it was going in. */
static void carry_out_reservation(struct vcpu *vcpu)
{
    vcpu->hart.reservation = vcpu->run.reservation;
    if (vcpu->run.reservation.valid)
        vcpu->hart.reservation.pa = owner_gpa(&vcpu->vm->owners, HPA(vcpu->run.reservation.pa)).a;
}

/* Where the guest's FS is off, so is the hart's, and a floating-point instruction traps and is
 * reflected; where it is on, the hart's is clean, and becomes dirty just when a bare one would, so
 * that registers come back only where they were written. */
static void carry_in_fp(struct vcpu *vcpu)
{
    bool is_on = vcpu->hart.csr.mstatus & MSTATUS_FS;
    vcpu->run.fs = is_on ? MSTATUS_FS_CLEAN : 0;
    if (!is_on)
        return;
    memcpy(vcpu->run.f, vcpu->hart.f, sizeof vcpu->run.f);
    vcpu->run.fcsr = vcpu->hart.csr.fcsr;
}

static void carry_out_fp(struct vcpu *vcpu)
{
    if (vcpu->run.fs != MSTATUS_FS) /* nothing was written */
        return;
    memcpy(vcpu->hart.f, vcpu->run.f, sizeof vcpu->hart.f);
    vcpu->hart.csr.fcsr = vcpu->run.fcsr;
    vcpu->hart.csr.mstatus |= MSTATUS_FS;
}

/* Lab 5, exercise 1. Makes the real state (`run`) from the virtual one (`hart`): all x registers,
 * pc, the reservation and floating point (carry_in_...). satp is the one thing that the hart does
 * not get from the guest: it is that of the shadow (shadow_satp) in `shadow`. Nothing else of the
 * guest's privileged state reaches the hart, which stays in U; and `hart` stays as it is. */
static void carry_in(struct vcpu *vcpu)
{
    memcpy(vcpu->run.x, vcpu->hart.x, sizeof vcpu->run.x);
    vcpu->run.pc = vcpu->hart.pc;
    vcpu->run.satp = shadow_satp(&vcpu->vm->shadows, vcpu->shadow);
    carry_in_reservation(vcpu);
    carry_in_fp(vcpu);
}

/* Lab 5, exercise 1. Takes back what an unprivileged program can change, after the hart came back:
 * all x registers, pc, the reservation and floating point (carry_out_...). And accounts for the
 * `steps` that the hart took, each of which retired: the platform's clock (s.clock.steps), the
 * count of steps that ran directly (stats.direct), and the guest's own counters (csr_count). The
 * guest's mode and other CSRs are as before. */
static void carry_out(struct vcpu *vcpu, uint64_t steps)
{
    memcpy(vcpu->hart.x, vcpu->run.x, sizeof vcpu->hart.x);
    vcpu->hart.pc = vcpu->run.pc;
    carry_out_reservation(vcpu);
    carry_out_fp(vcpu);
    vcpu->vm->platform.s.clock.steps += steps;
    vcpu->vm->stats.direct += steps;
    csr_count(&vcpu->hart, steps, steps);
}

struct hw_exit vcpu_enter(struct vcpu *vcpu, uint64_t budget)
{
    struct vm *vm = vcpu->vm;
    if (shadow_is_forgetful(vm->config.amnesia, &vm->random))
        shadow_forget_some(&vm->shadows, &vm->random);
    vcpu->shadow = shadow_of(&vm->shadows, vcpu_view(vcpu));
    shadow_activate(&vm->shadows, vcpu->shadow, vcpu->active);
    vcpu->active = vcpu->shadow->view.space.satp;
    carry_in(vcpu);
    if (vm->auditor)
        vm->auditor->entering(vm->auditor->owner, vcpu);
    struct hw_exit exit = hw_enter(vm->hw, &vcpu->run, budget);
    carry_out(vcpu, exit.steps);
    return exit;
}

void vcpu_count_step(struct vcpu *vcpu, bool has_retired)
{
    vcpu->vm->platform.s.clock.steps++;
    step_count(&vcpu->hart, has_retired);
}

/* Lab 5, exercise 5. Hands `trap` to the guest's own handler: on the virtual hart, what a hart
 * would do to take it (trap_enter: the guest's delegation says to which mode). It is a step that
 * does not retire (vcpu_count_step), counted in stats.reflected; whoever watches is told before
 * (platform_observe_trap). */
void vcpu_reflect(struct vcpu *vcpu, struct trap trap)
{
    vcpu->vm->stats.reflected++;
    platform_observe_trap(&vcpu->vm->platform, &vcpu->hart, trap);
    trap_enter(&vcpu->hart, trap);
    vcpu_count_step(vcpu, false);
}

/* Lab 5, exercise 5. Hands the guest the interrupt that its virtual hart would take before the next
 * instruction (trap_pending: of those pending, enabled and not masked, the first in priority), with
 * a tval of 0; nothing, where there is none. Taking an interrupt is no step. It is counted in
 * stats.injected; whoever watches is told before (platform_observe_trap). */
void vcpu_inject(struct vcpu *vcpu)
{
    struct trap trap = {.cause = trap_pending(&vcpu->hart)};
    if (!trap.cause)
        return;
    vcpu->vm->stats.injected++;
    platform_observe_trap(&vcpu->vm->platform, &vcpu->hart, trap);
    trap_enter(&vcpu->hart, trap);
}

/* Lab 5, exercise 6. What becomes of the vcpu after an exit (enum outcome): an emulated instruction
 * (RESUME_NEXT) is a step that retired, and its pc is already the next one's; what is the guest's
 * own to handle (REFLECT) is reflected, as `trap`; nothing else is a step (P42). */
static void conclude(struct vcpu *vcpu, enum outcome outcome, struct trap trap)
{
    switch (outcome) {
    case RESUME_NEXT:
        vcpu_count_step(vcpu, true);
        break;
    case REFLECT:
        vcpu_reflect(vcpu, trap);
        break;
    case RESUME_SAME:
    case LEAVE:
        break;
    }
}

/* Opens the record of an exit: what is known before it is answered. */
static struct exit_record *next_record(struct vcpu *vcpu, struct trap trap)
{
    struct exit_ring *ring = &vcpu->vm->exits;
    struct exit_record *record = &ring->record[ring->count++ % EXIT_RING];
    record->step = vcpu->vm->platform.s.clock.steps;
    record->pc = vcpu->hart.pc;
    record->trap = trap;
    record->vcpu = (uint8_t)vcpu->index;
    record->mode = (uint8_t)vcpu->hart.mode;
    return record;
}

static void handle(struct vcpu *vcpu, struct hw_exit exit)
{
    if (!exit.is_trap) {
        vcpu->last_exit = EXIT_BUDGET;
        vcpu->vm->stats.exits[EXIT_BUDGET]++;
        return;
    }
    struct exit_record *record = next_record(vcpu, exit.trap);
    vcpu->insn = vcpu->vm->config.is_silent ? 0 : exit.insn;
    enum outcome outcome = exit_dispatch(vcpu, &exit.trap);
    record->reason = (uint8_t)vcpu->last_exit;
    record->found = (uint8_t)vcpu->last_found;
    record->outcome = (uint8_t)outcome;
    record->reflected = exit.trap;
    conclude(vcpu, outcome, exit.trap);
    platform_observe_answer(&vcpu->vm->platform, &vcpu->hart);
}

/* How far the vcpu may run by itself: whoever watches instructions must see each. */
static uint64_t budget(const struct platform *platform, uint64_t until)
{
    bool is_watched = platform->observer && platform->observer->insn;
    return is_watched ? 1 : until - platform->s.clock.steps;
}

/* Stores to what other vcpus have reserved must come back: drops what lets them go by. */
static void hold_reserved(struct vcpu *vcpu)
{
    struct vm *vm = vcpu->vm;
    hpa_t hpa;
    for (unsigned i = 0; i < vm->platform.harts; i++) {
        const struct reservation *reservation = &vm->vcpu[i].hart.reservation;
        if (i != vcpu->index && reservation->valid &&
            vm_translate(vm, GPA(reservation->pa), 0, &hpa))
            shadow_drop_frame(&vm->shadows, GPA(reservation->pa));
    }
}

/* Lab 5, exercise 6. Runs the vcpu until the platform's clock reaches `until` steps, the guest
 * waits (hart.waiting), or the platform is stirred and wants to look at its devices: none of these
 * is true when the guest is entered. Before the first round, hold_reserved. Each round: inject the
 * interrupt that is due, which may change the guest's mode, and who watches it may stir the
 * platform; tell who watches of the instruction (platform_observe_insn); enter the guest for no
 * more than its budget; handle the exit. */
void vcpu_run(struct vcpu *vcpu, uint64_t until)
{
    struct platform *platform = &vcpu->vm->platform;
    hold_reserved(vcpu);
    while (platform->s.clock.steps < until && !vcpu->hart.waiting && !platform->stirred) {
        vcpu_inject(vcpu);
        if (platform->stirred) /* whoever was told of the interrupt wants to look at it */
            break;
        platform_observe_insn(platform, &vcpu->hart);
        handle(vcpu, vcpu_enter(vcpu, budget(platform, until)));
    }
}
