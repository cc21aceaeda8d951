/* Lab 5: deprivilege. What a guest runs on, why it comes back, and what it is told. */
#include "lab_vm.h"

#define VCPU "vmm/vcpu.c; ARCHITECTURE.md, The VMM"
#define EXITS "vmm/exit.c, vmm/exit.def"
#define EMULATE "vmm/emulate.c; ARCHITECTURE.md, The VMM"

static void given_a_guest(void)
{
    given_vm(SHADOW_FLUSH, true);
}

/* A guest with firmware of its own: its M-mode is virtual, too. */
static void given_a_guest_in(enum mode mode)
{
    given_vm(SHADOW_FLUSH, false);
    pmp_open(&hart->csr.pmp);
    hart->mode = mode;
}

/* ---- exercise 1: enter a guest -------------------------------------------------------------- */

/* What the hart was given, by a guest that takes `taken` steps and leaves `left` behind. */
static struct hw_state given, left;
static uint64_t taken;

static struct hw_exit note(struct hw_state *state, uint64_t budget)
{
    (void)budget;
    given = *state;
    return (struct hw_exit){.steps = taken};
}

static struct hw_exit leave_behind(struct hw_state *state, uint64_t budget)
{
    struct hw_exit exit = note(state, budget);
    *state = left;
    return exit;
}

static void enter_and_note(void)
{
    hardware.guest = note;
    vcpu_enter(vcpu, 100);
}

/* The guest changes what it wants of `left`, which begins as what the hart was given. */
static void given_what_is_left(void)
{
    enter_and_note();
    left = given;
    hardware.guest = leave_behind;
}

CLAIM(1, NOTHING, "the hart starts with the guest's registers and pc", VCPU)
{
    given_a_guest();
    for (unsigned i = 1; i < 32; i++)
        hart->x[i] = UINT64_C(0x1111111111111111) * (i % 16) + i;
    hart->pc = CODE + 0x124;
    enter_and_note();
    for (unsigned i = 0; i < 32; i++)
        same_u64(hart->x[i], given.x[i], "x%u on the hart", i);
    same_u64(CODE + 0x124, given.pc, "pc on the hart");
}

CLAIM(1, NOTHING, "the hart walks the shadow of the guest's view, not the guest's tables", VCPU)
{
    given_a_guest();
    page_in(MODE_S);
    enter_and_note();
    same_u64(shadow_satp(&vm.shadows, shadow_of(&vm.shadows, vcpu_view(vcpu))), given.satp,
             "satp on the hart");
    holds(given.satp != hart->csr.satp, "the hart does not get the guest's satp", "it does");
}

CLAIM(1, NOTHING, "what the guest computed comes back", VCPU)
{
    given_a_guest();
    given_what_is_left();
    for (unsigned i = 1; i < 32; i++)
        left.x[i] = 0xfeed0000 + i;
    left.pc = CODE + 0x88;
    vcpu_enter(vcpu, 100);
    same_u64(0, hart->x[0], "x0 of the guest");
    for (unsigned i = 1; i < 32; i++)
        same_u64(0xfeed0000 + i, hart->x[i], "x%u of the guest", i);
    same_u64(CODE + 0x88, hart->pc, "pc of the guest");
}

CLAIM(1, NOTHING, "floating-point registers go both ways", VCPU)
{
    given_a_guest();
    hart->csr.mstatus |= MSTATUS_FS_CLEAN;
    hart->f[7] = 0x4009000000000000;
    given_what_is_left();
    same_u64(0x4009000000000000, given.f[7], "f7 on the hart");
    left.fs = MSTATUS_FS;
    left.f[7] = 0x3ff0000000000000;
    vcpu_enter(vcpu, 100);
    same_u64(0x3ff0000000000000, hart->f[7], "f7 of the guest");
}

CLAIM(1, NOTHING, "a reservation on the hart is where the machine has the guest's memory",
      "vmm/vcpu.c, vm_translate; ISA 8.2")
{
    given_a_guest();
    hart->reservation = (struct reservation){.valid = true, .pa = DATA + 0x18};
    enter_and_note();
    holds(given.reservation.valid, "the hart has the guest's reservation", "it has none");
    same_u64(hpa_of(DATA + 0x18), given.reservation.pa, "the hpa of a reservation at gpa 0x%lx",
             (unsigned long)(DATA + 0x18));
}

CLAIM(1, NOTHING, "a reservation outlives an exit that the guest does not see",
      "vmm/vcpu.c; ISA 8.2")
{
    given_a_guest();
    hart->reservation = (struct reservation){.valid = true, .pa = DATA + 0x40};
    enter_and_note();
    holds(hart->reservation.valid, "the guest still has its reservation", "it has none");
    same_u64(DATA + 0x40, hart->reservation.pa, "the gpa of the guest's reservation");
}

CLAIM(1, NOTHING, "a reservation that was made on the hart is the guest's, at a gpa",
      "vmm/vcpu.c, owner_gpa")
{
    given_a_guest();
    given_what_is_left();
    left.reservation = (struct reservation){.valid = true, .pa = hpa_of(DATA + 8)};
    vcpu_enter(vcpu, 100);
    holds(hart->reservation.valid, "the guest has the reservation of its LR", "it has none");
    same_u64(DATA + 8, hart->reservation.pa, "the gpa of the guest's reservation");
}

CLAIM(1, NOTHING, "a reservation that was broken on the hart is broken", "vmm/vcpu.c; ISA 8.2")
{
    given_a_guest();
    hart->reservation = (struct reservation){.valid = true, .pa = DATA};
    given_what_is_left();
    left.reservation.valid = false;
    vcpu_enter(vcpu, 100);
    holds(!hart->reservation.valid, "the guest's reservation is gone", "it is valid");
}

CLAIM(1, NOTHING, "a reservation where the VM has no memory is none of the hart's", "vmm/vcpu.c")
{
    given_a_guest();
    hart->reservation = (struct reservation){.valid = true, .pa = NOWHERE};
    enter_and_note();
    holds(!given.reservation.valid, "the hart has no reservation", "it has one at hpa 0x%lx",
          given.reservation.pa);
}

CLAIM(1, NOTHING, "steps that ran directly are the guest's time and count as retired",
      "vmm/vcpu.c, isa/arch/csr.h; Privileged 3.1.10")
{
    given_a_guest();
    vm.platform.s.clock.steps = 1000;
    taken = 37;
    enter_and_note();
    same_u64(1037, vm.platform.s.clock.steps, "the clock's steps");
    same_u64(37, vm.stats.direct, "stats.direct");
    same_u64(37, hart->csr.mcycle, "mcycle");
    same_u64(37, hart->csr.minstret, "minstret");
}

CLAIM(1, NOTHING, "a counter that the guest inhibits does not count",
      "isa/arch/csr.h; Privileged 3.1.12")
{
    given_a_guest();
    hart->csr.mcountinhibit = COUNTS_RETIRED;
    taken = 12;
    enter_and_note();
    same_u64(12, hart->csr.mcycle, "mcycle");
    same_u64(0, hart->csr.minstret, "minstret, which is inhibited");
    same_u64(12, vm.platform.s.clock.steps, "the clock's steps");
}

CLAIM(1, NOTHING, "the guest's mode and CSRs are what they were", VCPU)
{
    given_a_guest();
    page_in(MODE_S);
    hart->csr.sscratch = 0xabc;
    struct hart before = *hart;
    enter_and_note();
    same_u64(MODE_S, hart->mode, "the guest's mode");
    same_u64(before.csr.satp, hart->csr.satp, "the guest's satp");
    holds(memcmp(&before.csr, &hart->csr, sizeof before.csr) == 0,
          "a guest that took no step has the CSRs that it had", "some have changed");
}

/* ---- exercise 2: decode exits --------------------------------------------------------------- */

static enum outcome dispatch(uint64_t cause, uint64_t tval, struct trap *trap)
{
    *trap = (struct trap){.cause = cause, .tval = tval};
    vcpu->shadow = shadow_of(&vm.shadows, vcpu_view(vcpu));
    return exit_dispatch(vcpu, trap);
}

CLAIM(2, NOTHING, "a breakpoint is the guest's own to handle", EXITS)
{
    given_a_guest();
    struct trap trap;
    same_u64(REFLECT, dispatch(CAUSE_BREAKPOINT, CODE, &trap), "the outcome of an ebreak");
    same_u64(CAUSE_BREAKPOINT, trap.cause, "the cause that the guest sees");
    same_u64(CODE, trap.tval, "the tval that the guest sees");
}

CLAIM(2, NOTHING, "each exit is counted in the row that its cause names", EXITS)
{
    static const struct {
        uint64_t cause;
        enum exit_reason reason;
    } rows[] = {
        {CAUSE_BREAKPOINT, EXIT_BREAKPOINT},
        {CAUSE_INSN_MISALIGNED, EXIT_FETCH_ALIGN},
        {CAUSE_LOAD_MISALIGNED, EXIT_LOAD_ALIGN},
        {CAUSE_STORE_MISALIGNED, EXIT_STORE_ALIGN},
    };
    given_a_guest();
    for (unsigned i = 0; i < 4; i++) {
        struct trap trap;
        dispatch(rows[i].cause, 0, &trap);
        for (unsigned reason = 0; reason < EXIT_COUNT; reason++) {
            unsigned count = 0;
            for (unsigned j = 0; j <= i; j++)
                count += rows[j].reason == reason;
            same_u64(count, vm.stats.exits[reason], "stats.exits[%u], after cause %lu", reason,
                     (unsigned long)rows[i].cause);
        }
        same_u64(rows[i].reason, vcpu->last_exit, "last_exit, after cause %lu",
                 (unsigned long)rows[i].cause);
        same_u64(rows[i].reason, vcpu->last_found, "last_found, after cause %lu",
                 (unsigned long)rows[i].cause);
    }
}

CLAIM(2, NOTHING, "a device that is passed through makes the vcpu leave", EXITS)
{
    given_a_guest();
    struct trap trap;
    same_u64(LEAVE, dispatch(CAUSE_INTERRUPT | IRQ_SEI, 0, &trap), "the outcome of an interrupt");
    same_u64(1, vm.stats.exits[EXIT_INTERRUPT], "exits for that reason");
}

CLAIM(2, NOTHING, "what a handler found it to be has the last word", EXITS)
{
    given_a_guest();
    struct trap trap;
    same_u64(RESUME_SAME, dispatch(CAUSE_LOAD_PAGE_FAULT, DATA, &trap),
             "the outcome of a shadow miss");
    same_u64(EXIT_LOAD_FAULT, vcpu->last_exit, "last_exit");
    same_u64(EXIT_FILL, vcpu->last_found, "last_found, which exit_page_fault wrote");
}

CLAIM(2, NOTHING, "what is noted is the trap of the hart, not what the guest gets to see", EXITS)
{
    given_a_guest();
    hart->csr.satp = SATP_OF(1, NOWHERE); /* a root outside memory */
    struct trap trap;
    same_u64(REFLECT, dispatch(CAUSE_LOAD_PAGE_FAULT, 0x5000, &trap),
             "the outcome of a load through tables that are nowhere");
    same_u64(CAUSE_LOAD_ACCESS_FAULT, trap.cause, "the cause that the guest sees");
    same_u64(CAUSE_LOAD_PAGE_FAULT, vcpu->last_trap.cause, "the cause in last_trap");
    same_u64(0x5000, vcpu->last_trap.tval, "the tval in last_trap");
}

static const char *told_reason;
static struct trap told_trap;
static uint64_t told_fills;

static void on_exit_of(void *owner, const struct hart *of, struct trap trap, const char *reason)
{
    (void)owner, (void)of;
    told_trap = trap;
    told_reason = reason;
    told_fills = vm.shadows.stats.fills;
}

CLAIM(2, NOTHING, "whoever watches is told of an exit, by name, before it is answered", EXITS)
{
    static const struct observer observer = {.exit = on_exit_of};
    given_a_guest();
    vm.platform.observer = &observer;
    struct trap trap;
    dispatch(CAUSE_LOAD_PAGE_FAULT, DATA, &trap);
    holds(told_reason != NULL, "the observer is told", "it is not");
    same_text("page fault on a load", told_reason, "the reason");
    same_u64(CAUSE_LOAD_PAGE_FAULT, told_trap.cause, "the cause that it was told");
    same_u64(0, told_fills, "shadow fills when it was told");
}

CLAIM(2, NEEDS(4), "a trap of no row is an access that the reference step finds out about", EXITS)
{
    given_a_guest();
    vcpu->insn = LBU(A0, A1);
    hart->x[A1] = UART_BASE + 5; /* the line status: both transmit bits are set */
    struct trap trap;
    same_u64(RESUME_NEXT, dispatch(CAUSE_LOAD_ACCESS_FAULT, UART_BASE + 5, &trap),
             "the outcome of an access fault of the hart");
    same_u64(0x60, hart->x[A0], "what the load of the UART's line status gives");
    for (unsigned reason = 0; reason < EXIT_COUNT; reason++)
        same_u64(0, vm.stats.exits[reason], "stats.exits[%u]", reason);
}

/* ---- exercise 3: environment calls ---------------------------------------------------------- */

CLAIM(3, NEEDS(2), "a call from the guest's U is cause 8, and nobody's but the guest's",
      "vmm/exit.c; Privileged table 3.6")
{
    given_a_guest();
    hart->mode = MODE_U;
    hart->x[A7] = SBI_LEGACY_SHUTDOWN;
    struct trap trap;
    same_u64(REFLECT, dispatch(CAUSE_ECALL_U, 0, &trap), "the outcome of an ecall from U");
    same_u64(CAUSE_ECALL_U, trap.cause, "the cause that the guest sees");
    same_u64(STOP_NONE, vm.platform.s.stop, "why the platform stands still");
}

CLAIM(3, NEEDS(2), "a call from the guest's S is answered by the platform's firmware",
      "vmm/exit.c, platform_takes; SBI 4.1")
{
    given_a_guest();
    hart->x[A0] = 77;
    hart->x[A7] = SBI_EXT_BASE;
    hart->x[A6] = 3; /* is there an extension BASE? */
    hart->x[A0] = SBI_EXT_BASE;
    struct trap trap;
    same_u64(RESUME_SAME, dispatch(CAUSE_ECALL_U, 0, &trap), "the outcome of an SBI call");
    same_u64(0, hart->x[A0], "a0, the error");
    same_u64(1, hart->x[A1], "a1, the value");
    same_u64(CODE + 4, hart->pc, "pc after the call");
    same_u64(1, vm.stats.firmware, "stats.firmware");
}

CLAIM(3, NEEDS(2), "a call that the firmware answers is a step that does not retire",
      "vmm/exit.c, vcpu_count_step; ARCHITECTURE.md, Time")
{
    given_a_guest();
    hart->x[A7] = SBI_EXT_BASE;
    struct trap trap;
    dispatch(CAUSE_ECALL_U, 0, &trap);
    same_u64(1, vm.platform.s.clock.steps, "the clock's steps");
    same_u64(1, hart->csr.mcycle, "mcycle");
    same_u64(0, hart->csr.minstret, "minstret");
}

CLAIM(3, NEEDS(2), "a call from the guest's S to firmware of its own is cause 9",
      "vmm/exit.c; Privileged table 3.6")
{
    given_a_guest_in(MODE_S);
    struct trap trap;
    same_u64(REFLECT, dispatch(CAUSE_ECALL_U, 0, &trap), "the outcome of an ecall from S");
    same_u64(CAUSE_ECALL_S, trap.cause, "the cause that the guest sees");
    same_u64(CODE, hart->pc, "pc");
    same_u64(0, vm.platform.s.clock.steps, "steps so far");
    same_u64(0, vm.stats.firmware, "stats.firmware");
}

CLAIM(3, NEEDS(2), "a call from the guest's M is cause 11", "vmm/exit.c; Privileged table 3.6")
{
    given_a_guest_in(MODE_M);
    struct trap trap;
    same_u64(REFLECT, dispatch(CAUSE_ECALL_U, 0, &trap), "the outcome of an ecall from M");
    same_u64(CAUSE_ECALL_M, trap.cause, "the cause that the guest sees");
}

CLAIM(3, NEEDS(2), "an environment call has a tval of 0", "Privileged 3.1.16")
{
    given_a_guest();
    hart->mode = MODE_U;
    struct trap trap;
    dispatch(CAUSE_ECALL_U, 0x1234, &trap);
    same_u64(0, trap.tval, "the tval that the guest sees");
}

/* ---- exercise 4: emulate -------------------------------------------------------------------- */

/* The exit for an illegal instruction, whose word the hardware tells. */
static enum outcome illegal(uint32_t word, struct trap *trap)
{
    *trap = (struct trap){.cause = CAUSE_ILLEGAL_INSN};
    vcpu->insn = word;
    return exit_illegal(vcpu, trap);
}

CLAIM(4, NOTHING, "a CSR that the guest's kernel writes is its virtual hart's", EMULATE)
{
    given_a_guest();
    hart->x[A0] = 0xfeedface;
    hart->csr.sscratch = 0x5ca7c4;
    struct trap trap;
    same_u64(RESUME_NEXT, illegal(CSRRW(A1, sscratch, A0), &trap), "the outcome of csrrw");
    same_u64(0xfeedface, hart->csr.sscratch, "the guest's sscratch");
    same_u64(0x5ca7c4, hart->x[A1], "the old value, in a1");
}

CLAIM(4, NOTHING, "after an emulated instruction the guest goes on with the next", EMULATE)
{
    given_a_guest();
    struct trap trap;
    illegal(CSRRS(A1, sstatus, ZERO), &trap);
    same_u64(CODE + 4, hart->pc, "pc after csrr");
    hart->csr.sepc = 0x12340;
    illegal(SRET, &trap);
    same_u64(0x12340, hart->pc, "pc after sret");
}

CLAIM(4, NOTHING, "sret takes the virtual hart to user mode", "isa/arch/trap.c; Privileged 3.3.2")
{
    given_a_guest();
    hart->csr.sepc = 0x10000;
    hart->csr.mstatus = (hart->csr.mstatus & ~(uint64_t)MSTATUS_SPP) | MSTATUS_SPIE;
    struct trap trap;
    same_u64(RESUME_NEXT, illegal(SRET, &trap), "the outcome of sret in S");
    same_u64(MODE_U, hart->mode, "the guest's mode");
    holds(hart->csr.mstatus & MSTATUS_SIE, "SIE has what SPIE had", "it is 0");
}

CLAIM(4, NOTHING, "what the guest's mode may not do is its own illegal instruction",
      "vmm/emulate.c; Privileged 2.1")
{
    given_a_guest();
    hart->mode = MODE_U;
    hart->x[A0] = 1;
    hart->csr.sscratch = 2;
    struct trap trap;
    same_u64(REFLECT, illegal(CSRRW(A0, sscratch, A0), &trap), "the outcome of csrrw in U");
    same_u64(CAUSE_ILLEGAL_INSN, trap.cause, "the cause that the guest sees");
    same_u64(CSRRW(A0, sscratch, A0), trap.tval, "the tval that the guest sees");
    same_u64(CODE, hart->pc, "pc");
    same_u64(1, hart->x[A0], "a0");
    same_u64(2, hart->csr.sscratch, "the guest's sscratch");
}

CLAIM(4, NOTHING, "mret is illegal in the guest's S, however it runs", "Privileged 3.3.2")
{
    given_a_guest();
    struct trap trap;
    same_u64(REFLECT, illegal(MRET, &trap), "the outcome of mret in S");
    same_u64(CAUSE_ILLEGAL_INSN, trap.cause, "the cause that the guest sees");
    same_u64(CODE, hart->pc, "pc");
}

CLAIM(4, NOTHING, "the word that made the hart trap is emulated, whatever stands there by now",
      "vmm/hw.h, hw_exit.insn")
{
    given_a_guest();
    poke(CODE, 4, CSRRW(ZERO, stval, A0));
    hart->x[A0] = 9;
    struct trap trap;
    illegal(CSRRW(ZERO, sscratch, A0), &trap);
    same_u64(9, hart->csr.sscratch, "the guest's sscratch");
    same_u64(0, hart->csr.stval, "the guest's stval");
}

CLAIM(4, NOTHING, "a word that the hardware did not tell is fetched as the guest translates",
      EMULATE)
{
    given_a_guest();
    map(0x7000, DATA, S_RWX & ~(uint64_t)PTE_W);
    poke(DATA + 0x20, 4, CSRRW(ZERO, sscratch, A0));
    page_in(MODE_S);
    hart->pc = 0x7020;
    hart->x[A0] = 0x77;
    struct trap trap;
    same_u64(RESUME_NEXT, illegal(0, &trap), "the outcome of csrw");
    same_u64(0x77, hart->csr.sscratch, "the guest's sscratch");
    same_u64(0x7024, hart->pc, "pc");
}

CLAIM(4, NOTHING, "what cannot be fetched any more is the guest's fault", EMULATE)
{
    given_a_guest();
    page_in(MODE_S);
    hart->pc = 0x9000;
    struct trap trap;
    same_u64(REFLECT, illegal(0, &trap), "the outcome");
    same_u64(CAUSE_INSN_PAGE_FAULT, trap.cause, "the cause that the guest sees");
    same_u64(0x9000, trap.tval, "the tval that the guest sees");
}

CLAIM(4, NOTHING, "a word that is no instruction is illegal, and tval has it", "Privileged 3.1.16")
{
    given_a_guest();
    struct trap trap;
    same_u64(REFLECT, illegal(0xffffffff, &trap), "the outcome");
    same_u64(CAUSE_ILLEGAL_INSN, trap.cause, "the cause that the guest sees");
    same_u64(0xffffffff, trap.tval, "the tval that the guest sees");
    same_u64(CODE, hart->pc, "pc");
}

CLAIM(4, NOTHING, "an instruction that cannot have made the exit is left for the hart to run",
      EMULATE)
{
    given_a_guest();
    poke(CODE, 4, ADDI(A0, A0, 1)); /* it was another, and the guest has changed it */
    struct trap trap;
    same_u64(RESUME_SAME, illegal(0, &trap), "the outcome");
    same_u64(0, hart->x[A0], "a0");
    same_u64(CODE, hart->pc, "pc");
}

static enum outcome access_uart(uint32_t word, struct trap *trap)
{
    *trap = (struct trap){.cause = CAUSE_LOAD_PAGE_FAULT};
    hart->x[A1] = UART_BASE + 5;
    vcpu->insn = word;
    return emulate_access(vcpu, trap);
}

CLAIM(4, NOTHING, "a load from a device is carried out whole", EMULATE)
{
    given_a_guest();
    struct trap trap;
    same_u64(RESUME_NEXT, access_uart(LBU(A0, A1), &trap), "the outcome of lbu");
    same_u64(0x60, hart->x[A0], "the UART's line status");
    same_u64(CODE + 4, hart->pc, "pc");
}

CLAIM(4, NOTHING, "what the device refuses, the guest sees as an access fault", EMULATE)
{
    given_a_guest();
    hart->x[A0] = 3;
    struct trap trap;
    same_u64(REFLECT, access_uart(LH(A0, A1), &trap), "the outcome of lh");
    same_u64(CAUSE_LOAD_ACCESS_FAULT, trap.cause, "the cause that the guest sees");
    same_u64(UART_BASE + 5, trap.tval, "the tval that the guest sees");
    same_u64(3, hart->x[A0], "a0");
}

CLAIM(4, NOTHING, "an emulated instruction is counted by name, and by what it reached",
      "vmm/emulate.c, retired")
{
    given_a_guest();
    struct trap trap;
    access_uart(LBU(A0, A1), &trap);
    illegal(CSRRS(A0, sscratch, ZERO), &trap);
    same_u64(1, vm.stats.emulated[INSN_lbu], "stats.emulated of lbu");
    same_u64(1, vm.stats.emulated_mmio[INSN_lbu], "stats.emulated_mmio of lbu");
    same_u64(1, vm.stats.emulated[INSN_csrrs], "stats.emulated of csrrs");
    same_u64(0, vm.stats.emulated_mmio[INSN_csrrs], "stats.emulated_mmio of csrrs");
}

CLAIM(4, NOTHING, "only what was asked to be excused is excused", "vmm/emulate.c, retired")
{
    given_a_guest();
    struct trap trap = {.cause = CAUSE_LOAD_PAGE_FAULT};
    vcpu->insn = NOP;
    same_u64(RESUME_NEXT, emulate_by_hand(vcpu, &trap), "the outcome of a nop by hand");
    same_u64(0, vm.stats.emulated_direct, "stats.emulated_direct, after what was excused");
    hart->x[A1] = DATA;
    vcpu->insn = LBU(A0, A1);
    emulate_access(vcpu, &trap); /* plain memory: nobody should have had to */
    same_u64(1, vm.stats.emulated_direct, "stats.emulated_direct, after what was not");
}

/* ---- exercise 5: reflect and inject --------------------------------------------------------- */

static const struct trap breakpoint = {.cause = CAUSE_BREAKPOINT, .tval = 0x1234};

CLAIM(5, NOTHING, "a trap of the guest's program is in the hands of its kernel",
      "vmm/vcpu.c; Privileged 4.1")
{
    given_a_guest();
    hart->mode = MODE_U;
    hart->pc = 0x10044;
    vcpu_reflect(vcpu, breakpoint);
    same_u64(MODE_S, hart->mode, "the guest's mode");
    same_u64(HANDLER, hart->pc, "pc");
    same_u64(CAUSE_BREAKPOINT, hart->csr.scause, "scause");
    same_u64(0x1234, hart->csr.stval, "stval");
    same_u64(0x10044, hart->csr.sepc, "sepc");
}

CLAIM(5, NOTHING, "the handler can tell whether S or U trapped", "Privileged 4.1.1, SPP")
{
    given_a_guest();
    vcpu_reflect(vcpu, breakpoint);
    same_u64(MSTATUS_SPP, hart->csr.mstatus & MSTATUS_SPP, "SPP after a trap from S");
    hart->mode = MODE_U;
    vcpu_reflect(vcpu, breakpoint);
    same_u64(0, hart->csr.mstatus & MSTATUS_SPP, "SPP after a trap from U");
}

CLAIM(5, NOTHING, "interrupts are off in the handler, and SPIE remembers",
      "Privileged 4.1.1, SIE, SPIE")
{
    given_a_guest();
    hart->csr.mstatus |= MSTATUS_SIE;
    vcpu_reflect(vcpu, breakpoint);
    same_u64(0, hart->csr.mstatus & MSTATUS_SIE, "SIE in the handler");
    same_u64(MSTATUS_SPIE, hart->csr.mstatus & MSTATUS_SPIE, "SPIE, where SIE was 1");
    vcpu_reflect(vcpu, breakpoint);
    same_u64(0, hart->csr.mstatus & MSTATUS_SPIE, "SPIE, where SIE was 0");
}

CLAIM(5, NOTHING, "what the guest's firmware has not delegated goes to its M-mode",
      "Privileged 3.1.8")
{
    given_a_guest_in(MODE_U);
    hart->csr.mtvec = HANDLER + 0x1000;
    hart->csr.medeleg = 0;
    vcpu_reflect(vcpu, breakpoint);
    same_u64(MODE_M, hart->mode, "the guest's mode");
    same_u64(HANDLER + 0x1000, hart->pc, "pc");
    same_u64(CAUSE_BREAKPOINT, hart->csr.mcause, "mcause");
    same_u64(CODE, hart->csr.mepc, "mepc");
}

CLAIM(5, NOTHING, "a reflected trap is a step that does not retire",
      "vmm/vcpu.c; ARCHITECTURE.md, Time")
{
    given_a_guest();
    vcpu_reflect(vcpu, breakpoint);
    same_u64(1, vm.platform.s.clock.steps, "the clock's steps");
    same_u64(1, hart->csr.mcycle, "mcycle");
    same_u64(0, hart->csr.minstret, "minstret");
    same_u64(1, vm.stats.reflected, "stats.reflected");
}

static uint64_t observed_pc, observed_cause;

static void on_trap(void *owner, const struct hart *of, struct trap trap)
{
    (void)owner;
    observed_pc = of->pc;
    observed_cause = trap.cause;
}

CLAIM(5, NOTHING, "whoever watches sees a trap before it is taken",
      "isa/device/platform.h, struct observer")
{
    static const struct observer observer = {.trap = on_trap};
    given_a_guest();
    vm.platform.observer = &observer;
    vcpu_reflect(vcpu, breakpoint);
    same_u64(CODE, observed_pc, "pc when the observer was told of the breakpoint");
    same_u64(CAUSE_BREAKPOINT, observed_cause, "the cause that it was told");
    hart->mode = MODE_U;
    hart->pc = 0x10000;
    hart->csr.mie = hart->csr.mip = MIP_SSIP;
    vcpu_inject(vcpu);
    same_u64(0x10000, observed_pc, "pc when the observer was told of the interrupt");
    same_u64(CAUSE_INTERRUPT | IRQ_SSI, observed_cause, "the cause that it was told");
}

static void given_pending(uint64_t interrupts, enum mode mode, bool sie)
{
    given_a_guest();
    hart->mode = mode;
    hart->csr.mie = interrupts;
    hart->csr.mip = interrupts & MIP_SSIP;
    hart->wires = interrupts & ~(uint64_t)MIP_SSIP;
    hart->csr.mstatus |= sie ? MSTATUS_SIE : 0;
    hart->csr.stval = 0x5555;
}

CLAIM(5, NOTHING, "an interrupt that is due is in the hands of the guest's kernel",
      "vmm/vcpu.c; Privileged 3.1.9")
{
    given_pending(MIP_STIP, MODE_S, true);
    vcpu_inject(vcpu);
    same_u64(HANDLER, hart->pc, "pc");
    same_u64(CAUSE_INTERRUPT | IRQ_STI, hart->csr.scause, "scause");
    same_u64(CODE, hart->csr.sepc, "sepc");
    same_u64(0, hart->csr.stval, "stval of an interrupt");
    same_u64(MSTATUS_SPP, hart->csr.mstatus & MSTATUS_SPP, "SPP");
    same_u64(1, vm.stats.injected, "stats.injected");
}

CLAIM(5, NOTHING, "nothing is injected where nothing is due", "Privileged 3.1.9")
{
    given_pending(0, MODE_S, true);
    hart->wires = MIP_STIP; /* pending, but not enabled */
    struct hart before = *hart;
    vcpu_inject(vcpu);
    same_u64(0, vm.stats.injected, "stats.injected");
    holds(memcmp(&before, hart, sizeof before) == 0, "the guest is as it was", "it has changed");
}

CLAIM(5, NOTHING, "S with SIE off waits, but U never masks the interrupts of S",
      "Privileged 4.1.1, SIE")
{
    given_pending(MIP_SEIP, MODE_S, false);
    vcpu_inject(vcpu);
    same_u64(CODE, hart->pc, "pc in S with SIE off");
    hart->mode = MODE_U;
    vcpu_inject(vcpu);
    same_u64(HANDLER, hart->pc, "pc in U with SIE off");
}

CLAIM(5, NOTHING, "of several interrupts the external one comes first, then software, then timer",
      "Privileged 3.1.9")
{
    static const unsigned order[] = {IRQ_SEI, IRQ_SSI, IRQ_STI};
    given_pending(MIP_SEIP | MIP_SSIP | MIP_STIP, MODE_U, false);
    for (unsigned i = 0; i < 3; i++) {
        hart->mode = MODE_U;
        vcpu_inject(vcpu);
        same_u64(CAUSE_INTERRUPT | order[i], hart->csr.scause, "scause of interrupt number %u",
                 i + 1);
        hart->csr.mie &= ~((uint64_t)1 << order[i]);
    }
}

CLAIM(5, NOTHING, "a vectored interrupt has its own place in the table", "Privileged 4.1.2")
{
    given_pending(MIP_SEIP, MODE_U, false);
    hart->csr.stvec = HANDLER | TVEC_VECTORED;
    vcpu_inject(vcpu);
    same_u64(HANDLER + 4 * IRQ_SEI, hart->pc, "pc");
}

CLAIM(5, NOTHING, "taking an interrupt is no step", "vmm/vcpu.c; ARCHITECTURE.md, Time")
{
    given_pending(MIP_SSIP, MODE_U, false);
    vcpu_inject(vcpu);
    same_u64(HANDLER, hart->pc, "pc");
    same_u64(0, vm.platform.s.clock.steps, "the clock's steps");
    same_u64(0, hart->csr.mcycle, "mcycle");
}

/* ---- exercise 6: the run loop --------------------------------------------------------------- */

/* A guest that comes back for each of `script` in turn, `after` steps each, and then runs on. */
static struct {
    unsigned after;
    struct hw_exit exit;
} script[4];
static unsigned played;
static uint64_t first_pc, last_budget;

static struct hw_exit play(struct hw_state *state, uint64_t budget)
{
    if (hardware.entries == 1)
        first_pc = state->pc;
    last_budget = budget;
    if (played < 4 && script[played].exit.is_trap) {
        struct hw_exit exit = script[played].exit;
        exit.steps = script[played].after;
        state->pc += 4 * exit.steps;
        played++;
        return exit;
    }
    return (struct hw_exit){.steps = budget};
}

static void next_exit(unsigned after, uint64_t cause, uint64_t tval, uint32_t insn)
{
    static unsigned count;
    script[count].after = after;
    script[count++].exit =
        (struct hw_exit){.is_trap = true, .trap = {.cause = cause, .tval = tval}, .insn = insn};
}

static void run_until(uint64_t steps)
{
    hardware.guest = play;
    vcpu_run(vcpu, steps);
}

#define LOOP "vmm/vcpu.c; ARCHITECTURE.md, The VMM"

CLAIM(6, NEEDS(1, 5), "a guest that never comes back has just the steps that it was given", LOOP)
{
    given_a_guest();
    vm.platform.s.clock.steps = 40;
    run_until(100);
    same_u64(1, hardware.entries, "entries of the guest");
    same_u64(60, last_budget, "its budget");
    same_u64(100, vm.platform.s.clock.steps, "the clock's steps");
    same_u64(1, vm.stats.exits[EXIT_BUDGET], "exits because the budget was used up");
}

CLAIM(6, NOTHING, "at the end of its time the guest is not entered again", LOOP)
{
    given_a_guest();
    vm.platform.s.clock.steps = 100;
    vcpu_run(vcpu, 100);
    same_u64(0, hardware.entries, "entries of the guest");
}

CLAIM(6, NOTHING, "a guest that waits is not entered", LOOP)
{
    given_a_guest();
    hart->waiting = true;
    vcpu_run(vcpu, 100);
    same_u64(0, hardware.entries, "entries of the guest");
    same_u64(0, vm.platform.s.clock.steps, "the clock's steps");
}

CLAIM(6, NOTHING, "while the platform is stirred the guest is not entered", LOOP)
{
    given_a_guest();
    vm.platform.stirred = true;
    vcpu_run(vcpu, 100);
    same_u64(0, hardware.entries, "entries of the guest");
}

CLAIM(6, NEEDS(1, 2, 4, 5), "wfi ends the run, after its step", LOOP)
{
    given_a_guest();
    next_exit(5, CAUSE_ILLEGAL_INSN, 0, WFI);
    run_until(100);
    holds(hart->waiting, "the guest waits", "it does not");
    same_u64(1, hardware.entries, "entries of the guest");
    same_u64(6, vm.platform.s.clock.steps, "the clock's steps");
}

CLAIM(6, NEEDS(1, 2, 4, 5), "an emulated instruction is one step, and retires", LOOP)
{
    given_a_guest();
    next_exit(5, CAUSE_ILLEGAL_INSN, 0, CSRRS(A0, sscratch, ZERO));
    run_until(100);
    same_u64(94, last_budget, "the budget after 5 steps and an emulated one");
    same_u64(100, hart->csr.mcycle, "mcycle");
    same_u64(100, hart->csr.minstret, "minstret");
}

CLAIM(6, NEEDS(1, 2, 4, 5), "an emulated instruction moves the guest on by one instruction", LOOP)
{
    given_a_guest();
    next_exit(5, CAUSE_ILLEGAL_INSN, 0, CSRRS(A0, sscratch, ZERO));
    run_until(6);
    same_u64(CODE + 24, hart->pc, "pc after 5 instructions and an emulated one");
}

CLAIM(6, NEEDS(1, 2, 5), "a reflected trap is one step, which does not retire", LOOP)
{
    given_a_guest();
    next_exit(7, CAUSE_BREAKPOINT, CODE + 28, EBREAK);
    run_until(8);
    same_u64(8, vm.platform.s.clock.steps, "the clock's steps");
    same_u64(7, hart->csr.minstret, "minstret");
    same_u64(HANDLER, hart->pc, "pc");
    same_u64(CODE + 28, hart->csr.sepc, "sepc");
}

CLAIM(6, NEEDS(1, 2, 5), "a fault that the guest does not see is no step", LOOP)
{
    given_a_guest();
    next_exit(3, CAUSE_LOAD_PAGE_FAULT, DATA, 0);
    run_until(100);
    same_u64(2, hardware.entries, "entries of the guest");
    same_u64(97, last_budget, "the budget after 3 steps and a shadow fill");
    same_u64(100, hart->csr.mcycle, "mcycle");
}

CLAIM(6, NEEDS(1, 5), "an interrupt that is due is taken before the guest's next instruction", LOOP)
{
    given_pending(MIP_STIP, MODE_U, false);
    run_until(10);
    same_u64(HANDLER, first_pc, "pc at the first entry");
    same_u64(10, vm.platform.s.clock.steps, "the clock's steps");
}

CLAIM(6, NEEDS(1, 2, 4, 5),
      "an interrupt that the guest lets in is taken before its next instruction", LOOP)
{
    given_pending(MIP_SSIP, MODE_S, false);
    hart->x[A0] = MSTATUS_SIE;
    next_exit(2, CAUSE_ILLEGAL_INSN, 0, CSRRS(ZERO, sstatus, A0));
    run_until(5);
    same_u64(CAUSE_INTERRUPT | IRQ_SSI, hart->csr.scause, "scause");
    same_u64(CODE + 12, hart->csr.sepc, "sepc");
}

static struct hw_exit stir(struct hw_state *state, uint64_t budget)
{
    (void)state, (void)budget;
    vm.platform.stirred = true;
    return (struct hw_exit){.steps = 1};
}

CLAIM(6, NEEDS(1, 5), "when a device has changed, the vcpu comes back", LOOP)
{
    given_a_guest();
    hardware.guest = stir;
    vcpu_run(vcpu, 100);
    same_u64(1, hardware.entries, "entries of the guest");
    same_u64(1, vm.platform.s.clock.steps, "the clock's steps");
}

static void stir_there(void *owner, const struct hart *of, struct trap trap)
{
    (void)owner, (void)of, (void)trap;
    vm.platform.stirred = true;
}

CLAIM(6, NEEDS(5),
      "whoever stops at an interrupt finds the guest before its handler's first instruction", LOOP)
{
    static const struct observer observer = {.trap = stir_there};
    given_pending(MIP_STIP, MODE_U, false);
    vm.platform.observer = &observer;
    vcpu_run(vcpu, 100);
    same_u64(0, hardware.entries, "entries of the guest");
    same_u64(HANDLER, hart->pc, "pc");
}

static unsigned instructions;

static void on_insn(void *owner, const struct hart *of)
{
    (void)owner, (void)of;
    instructions++;
}

CLAIM(6, NEEDS(1, 5), "whoever watches instructions sees each of them", LOOP)
{
    static const struct observer observer = {.insn = on_insn};
    given_a_guest();
    vm.platform.observer = &observer;
    run_until(9);
    same_u64(9, instructions, "instructions that the observer was told of");
    same_u64(9, hardware.entries, "entries of the guest");
}

CLAIM(6, NEEDS(1, 5), "stores to what another vcpu has reserved come back",
      "vmm/vcpu.c, hold_reserved; ISA 8.2")
{
    given_a_guest();
    struct p2m_entry memory;
    p2m_lookup(&vm.p2m, GPA(DATA), &memory);
    struct walk walk = {.pa = DATA, .pte = entry_to(DATA, S_RWX), .level = 0};
    struct shadow *shadow = shadow_of(&vm.shadows, vcpu_view(vcpu));
    shadow_fill(&vm.shadows, shadow, GVA(DATA), &walk, &memory);
    int level;
    holds(shadow_says(shadow, DATA, &level) != 0, "the shadow maps DATA to begin with",
          "it does not");
    vm.vcpu[1].hart.reservation = (struct reservation){.valid = true, .pa = DATA + 8};
    run_until(1);
    same_u64(0, shadow_says(shadow, DATA, &level), "what the shadow says of the page when it runs");
}
