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

struct view vcpu_view(const struct vcpu *vcpu)
{
    return (struct view){.space = space_canonical(space_of_fetch(&vcpu->hart)),
                         .fetches_only = vcpu_is_split(&vcpu->hart),
                         .protection = vcpu->vm->platform.has_firmware ? 0 : vcpu->index + 1};
}

/* The reservation is an address, and means another one on each side (P41). */
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

/* Enters the guest for at most `budget` steps. */
static struct hw_exit enter(struct vcpu *vcpu, uint64_t budget)
{
    struct vm *vm = vcpu->vm;
    if (shadow_is_forgetful(vm->config.amnesia, &vm->random))
        shadow_forget_some(&vm->shadows, &vm->random);
    vcpu->shadow = shadow_of(&vm->shadows, vcpu_view(vcpu));
    shadow_activate(&vm->shadows, vcpu->shadow, vcpu->active);
    vcpu->active = vcpu->shadow->view.space.satp;
    vcpu->run.satp = shadow_satp(&vm->shadows, vcpu->shadow);
    memcpy(vcpu->run.x, vcpu->hart.x, sizeof vcpu->run.x);
    vcpu->run.pc = vcpu->hart.pc;
    carry_in_reservation(vcpu);
    carry_in_fp(vcpu);

    if (vm->auditor)
        vm->auditor->entering(vm->auditor->owner, vcpu);
    struct hw_exit exit = hw_enter(vm->hw, &vcpu->run, budget);

    memcpy(vcpu->hart.x, vcpu->run.x, sizeof vcpu->hart.x);
    vcpu->hart.pc = vcpu->run.pc;
    carry_out_reservation(vcpu);
    carry_out_fp(vcpu);
    vm->platform.s.clock.steps += exit.steps;
    vm->stats.direct += exit.steps;
    csr_count(&vcpu->hart, exit.steps, exit.steps);
    return exit;
}

void vcpu_count_step(struct vcpu *vcpu, bool has_retired)
{
    vcpu->vm->platform.s.clock.steps++;
    step_count(&vcpu->hart, has_retired);
}

void vcpu_reflect(struct vcpu *vcpu, struct trap trap)
{
    vcpu->vm->stats.reflected++;
    platform_observe_trap(&vcpu->vm->platform, &vcpu->hart, trap);
    trap_enter(&vcpu->hart, trap);
    vcpu_count_step(vcpu, false);
}

void vcpu_inject(struct vcpu *vcpu)
{
    struct trap trap = {.cause = trap_pending(&vcpu->hart)};
    if (!trap.cause)
        return;
    vcpu->vm->stats.injected++;
    platform_observe_trap(&vcpu->vm->platform, &vcpu->hart, trap);
    trap_enter(&vcpu->hart, trap);
}

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
    vcpu->insn = exit.insn;
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

void vcpu_run(struct vcpu *vcpu, uint64_t until)
{
    struct platform *platform = &vcpu->vm->platform;
    hold_reserved(vcpu);
    while (platform->s.clock.steps < until && !vcpu->hart.waiting && !platform->stirred) {
        vcpu_inject(vcpu);
        if (platform->stirred) /* whoever was told of the interrupt wants to look at it */
            break;
        platform_observe_insn(platform, &vcpu->hart);
        handle(vcpu, enter(vcpu, budget(platform, until)));
    }
}
