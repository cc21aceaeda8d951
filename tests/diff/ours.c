/* A case on the reference step. An observer sees each instruction before it is executed; what it
 * thinks of the one before is settled then: it retired, or a trap was seen in between. */
#include "ours.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "pmp.h"
#include "sv39.h"
#include "trap.h"

struct ours {
    struct machine *machine;
    struct observer observer;
    struct plant plant;
    const uint8_t *monitor; /* lent */
    size_t monitor_size;
    isa_t isa;

    /* The run. */
    struct coverage
        *coverage; /* NULL in runs that may be stopped, of which `tally` has a few things */
    struct coverage *tally;
    uint8_t *before;
    bool (*load)(struct port *port, uint64_t pa, unsigned size, enum access why, uint64_t *value);
    bool (*store)(struct port *port, uint64_t pa, unsigned size, enum access why, uint64_t value);
    enum deviation excuse; /* the last for which an instruction is gone from `before` */
    bool has_ended;        /* for that */

    /* The instruction under way, where it is one of the case. */
    bool is_under_way;
    uint64_t mtvec, stvec; /* the monitor's, as the case found them; 0: it has not begun */
    struct insn insn;
    enum mode mode;
    uint64_t pa, operand, old; /* rs1; of a CSR instruction, what the CSR was */
    uint64_t lr_va, lr_value;
    unsigned lr_size;
    bool has_trapped;  /* an SC has trapped since */
    uint64_t status;   /* mstatus before */
    uint64_t standing; /* as in struct sight */
    uint32_t executed;
    bool is_stale;
    bool has_reached_device;
    /* What it stored to must be fenced by the next. */
    enum insn_id needed;
    uint64_t needed_by; /* where the store is */
};

static struct ours *observed; /* whose port's store is being watched */

/* The bits that software keeps in a CSR, without asking who may. */
static uint64_t peek(struct ours *ours, unsigned number)
{
    uint64_t value = 0;
    csr_peek(&ours->machine->hart[0], cpu_port(ours->machine->cpu), number, &value);
    return value;
}

static uint64_t written(const struct insn *insn, uint64_t operand, uint64_t old)
{
    switch ((enum insn_id)insn->id) {
    case INSN_csrrs:
    case INSN_csrrsi:
        return old | operand;
    case INSN_csrrc:
    case INSN_csrrci:
        return old & ~operand;
    default:
        return operand;
    }
}

static bool is_csr(const struct insn *insn)
{
    return insn->id >= INSN_csrrw && insn->id <= INSN_csrrci;
}

static bool writes(const struct insn *insn)
{
    return insn->id == INSN_csrrw || insn->id == INSN_csrrwi || insn->rs1 != 0;
}

/* The planted fault. */
static void spoil(struct ours *ours)
{
    struct hart *hart = &ours->machine->hart[0];
    const struct insn *insn = &ours->insn;
    uint64_t value;
    if (insn->id == ours->plant.row && insn_table[insn->id].operands[0] == 'f')
        hart->f[insn->rd] ^= 2;
    else if (insn->id == ours->plant.row && insn->rd)
        hart->x[insn->rd] ^= 2;
    if (ours->plant.csr && is_csr(insn) && insn->imm == ours->plant.csr && writes(insn)) {
        enum mode mode = hart->mode;
        hart->mode = MODE_M;
        csr_access(hart, cpu_port(ours->machine->cpu), ours->plant.csr, CSR_SWAP, true,
                   peek(ours, ours->plant.csr) ^ 2, &value);
        hart->mode = mode;
    }
}

/* A counter that is inhibited was written, or mcountinhibit was. */
static void note_counters(struct ours *ours)
{
    uint64_t inhibited = ours->machine->hart[0].csr.mcountinhibit;
    if (ours->insn.imm == CSR_mcycle)
        ours->standing |= COUNTS_CYCLES;
    else if (ours->insn.imm == CSR_minstret)
        ours->standing |= COUNTS_RETIRED;
    ours->standing &= inhibited;
}

/* What makes QEMU forget translations, and mret, which should and does not. */
static void note_mprv(struct ours *ours)
{
    const uint64_t noticed = MSTATUS_MPRV | MSTATUS_MPP | MSTATUS_SUM | MSTATUS_MXR;
    const struct insn *insn = &ours->insn;
    bool is_status = is_csr(insn) && (insn->imm == CSR_mstatus || insn->imm == CSR_sstatus);
    uint64_t now = ours->machine->hart[0].csr.mstatus;
    if (insn->id == INSN_sfence_vma || (is_status && (now ^ ours->status) & noticed))
        ours->is_stale = false;
    else if (insn->id == INSN_mret && now & MSTATUS_MPRV)
        ours->is_stale = true;
}

/* What the instruction becomes: nothing; or, where it met a stale translation, a fence, so that
 * what comes after it can be compared again. */
static uint32_t instead_of(const struct ours *ours, enum deviation deviation, bool is_long)
{
    enum { NOP = 0x13, SHORT_NOP = 0x01 };
    bool is_fence = deviation == DEVIATION_stale && ours->mode == MODE_M;
    return !is_long ? SHORT_NOP : is_fence ? insn_table[INSN_sfence_vma].match : NOP;
}

/* The instruction at `pa` is to be another. */
static void replace(struct ours *ours, enum deviation deviation, uint64_t pa)
{
    uint64_t at = pa - RUN_BASE;
    ours->excuse = deviation;
    if (ours->tally)
        ours->tally->excused[deviation]++;
    if (ours->tally && pa == ours->pa && is_csr(&ours->insn) && writes(&ours->insn))
        coverage_left_out(ours->tally, (unsigned)ours->insn.imm,
                          written(&ours->insn, ours->operand, ours->old));
    bool is_long = at + 4 <= SLOT_SIZE && insn_is_long(ours->before[at]);
    uint32_t word = instead_of(ours, deviation, is_long);
    if (at + 2 <= SLOT_SIZE)
        memcpy(ours->before + at, &word, is_long ? 4 : 2);
}

/* It is too late for that: the run ends. */
static void excuse(struct ours *ours, enum deviation deviation, uint64_t pa)
{
    if (ours->has_ended)
        return;
    ours->has_ended = true;
    replace(ours, deviation, pa);
    platform_stop(&ours->machine->platform, STOP_HOST, 0);
}

/* The instruction about to be executed becomes another at once, and the run goes on: others like it
 * will be met, before the case starts anew. */
static void mend(struct ours *ours, enum deviation deviation)
{
    uint8_t *bytes = ram_at(&ours->machine->ram, ours->pa, ours->insn.length);
    if (ours->pa - RUN_BASE > SLOT_SIZE - 4 || ours->has_ended) {
        excuse(ours, deviation, ours->pa);
        return;
    }
    uint32_t word = instead_of(ours, deviation, ours->insn.length == 4);
    replace(ours, deviation, ours->pa);
    memcpy(bytes, &word, ours->insn.length);
    ours->insn = insn_decode(word, ours->isa);
}

/* The instruction under way has retired. */
static void settle(struct ours *ours)
{
    if (!ours->is_under_way)
        return;
    ours->is_under_way = false;
    if (ours->machine->hart[0].x[4] != RUN_BASE) /* tp: the monitor is lost without it */
        excuse(ours, DEVIATION_slot, ours->pa);
    if (ours->coverage) {
        coverage_retired(ours->coverage, ours->insn, ours->mode);
        if (is_csr(&ours->insn) && writes(&ours->insn))
            coverage_written(ours->coverage, (unsigned)ours->insn.imm,
                             written(&ours->insn, ours->operand, ours->old));
    }
    if (is_csr(&ours->insn) && writes(&ours->insn))
        note_counters(ours);
    note_mprv(ours);
    if (ours->insn.id == ours->needed)
        ours->needed = INSN_COUNT;
    if (ours->insn.id == INSN_lr_w || ours->insn.id == INSN_lr_d) {
        ours->lr_va = ours->operand;
        ours->has_trapped = false;
        ours->lr_size = ours->insn.id == INSN_lr_w ? 4 : 8;
        memcpy(&ours->lr_value,
               ram_at(&ours->machine->ram, ours->machine->hart[0].reservation.pa, 4), 8);
    }
    spoil(ours);
}

/* The word at `pa`, where there is RAM. */
static struct insn insn_at(const struct ours *ours, uint64_t pa)
{
    uint32_t word = 0;
    const uint8_t *bytes = ram_at(&ours->machine->ram, pa, 4);
    if (bytes)
        memcpy(&word, bytes, 4);
    return insn_decode(word, ours->isa);
}

/* A store was not fenced by the next instruction. */
static void miss_fence(struct ours *ours)
{
    excuse(ours, ours->needed == INSN_fence_i ? DEVIATION_code : DEVIATION_tables, ours->needed_by);
}

static void see_insn(void *owner, const struct hart *hart)
{
    struct ours *ours = owner;
    struct port *port = cpu_port(ours->machine->cpu);
    settle(ours);
    ours->has_reached_device = false;
    if (hart->pc - RAM_BASE < SLOT_SIZE) /* the monitor */
        return;
    if (!ours->mtvec) {
        ours->mtvec = hart->csr.mtvec;
        ours->stvec = hart->csr.stvec;
    }
    struct sight sight = {.hart = hart,
                          .port = port,
                          .lr_va = ours->lr_va,
                          .lr_value = ours->lr_value,
                          .lr_size = ours->lr_size,
                          .has_trapped = ours->has_trapped,
                          .standing = ours->standing,
                          .executed = ours->executed,
                          .is_stale = ours->is_stale};
    struct trap trap;
    uint32_t word;
    if (!memory_fetch(hart, port, &word, &trap) ||
        !memory_translate(hart, port, hart->pc, ACCESS_FETCH, &sight.pa, &trap)) {
        if (ours->needed != INSN_COUNT)
            miss_fence(ours);
        if (deviation_of_fetch(&sight) != DEVIATION_NONE)
            excuse(ours, deviation_of_fetch(&sight), ours->pa);
        return;
    }
    uint64_t rest = PAGE_SIZE - (sight.pa & (PAGE_SIZE - 1));
    if (!pmp_allows(&hart->csr.pmp, hart->mode, sight.pa, rest, PMP_X))
        excuse(ours, DEVIATION_fetch, ours->pa); /* the jump here */
    ours->pa = sight.pa;
    if (hart->mode == MODE_M && sight.pa - RUN_BASE < SLOT_SIZE)
        ours->executed |= 1u << (sight.pa - RUN_BASE) / PAGE_SIZE;
    ours->insn = sight.insn = insn_decode(word, ours->isa);
    sight.next = insn_at(ours, sight.pa + sight.insn.length);
    if (ours->needed != INSN_COUNT && sight.insn.id != ours->needed)
        miss_fence(ours);
    ours->is_under_way = true;
    ours->mode = hart->mode;
    ours->status = hart->csr.mstatus;
    bool is_immediate = ours->insn.id >= INSN_csrrwi && ours->insn.id <= INSN_csrrci;
    ours->operand = is_immediate ? ours->insn.rs1 : hart->x[ours->insn.rs1];
    if (is_csr(&ours->insn))
        ours->old = peek(ours, (unsigned)ours->insn.imm);
    enum deviation deviation = deviation_at(&sight);
    if (deviation != DEVIATION_NONE)
        mend(ours, deviation);
}

static void see_trap(void *owner, const struct hart *hart, struct trap trap)
{
    struct ours *ours = owner;
    bool is_interrupt = trap.cause & CAUSE_INTERRUPT;
    bool is_s = trap_target(hart, trap.cause) == MODE_S;
    uint64_t tvec = is_s ? hart->csr.stvec : hart->csr.mtvec;
    if (ours->mtvec && (tvec ^ (is_s ? ours->stvec : ours->mtvec)) & ~(uint64_t)TVEC_MODE)
        excuse(ours, DEVIATION_slot, ours->pa); /* to no handler of the monitor's */
    if (is_interrupt) {
        settle(ours);
        if (ours->has_reached_device)
            excuse(ours, DEVIATION_device, ours->pa);
        if (deviation_of_interrupt(hart, trap.cause) != DEVIATION_NONE)
            excuse(ours, deviation_of_interrupt(hart, trap.cause), ours->pa);
    }
    if (ours->is_under_way && ours->needed != INSN_COUNT) /* that is, it trapped */
        miss_fence(ours);
    ours->has_trapped = true;
    ours->is_under_way = false;
    ours->is_stale |= (hart->csr.mstatus & MSTATUS_MPRV) != 0;
    if (ours->coverage && hart->pc - RAM_BASE >= SLOT_SIZE)
        coverage_trap(ours->coverage, trap.cause);
}

/* QEMU's virt board has devices that ours has not (hw/riscv/virt.c). */
static bool is_foreign(uint64_t pa, unsigned size, enum access why)
{
    static const struct {
        uint64_t base, end;
    } devices[] = {
        {0x1000, 0x10000},        {0x101000, 0x102000},     {0x3000000, 0x3010000},
        {0x4000000, 0x6000000},   {0x10000100, 0x10009000}, {0x10100000, 0x10100018},
        {0x20000000, 0x24000000}, {0x30000000, 0x80000000}, {0x400000000, 0x800000000},
    };
    bool is_uart = pa - UART_BASE < UART_SIZE, is_plic = pa - PLIC_BASE < PLIC_SIZE;
    if ((why == ACCESS_FETCH && platform_is_device(pa)) || (is_uart && size != 1) ||
        (is_plic && size != 4))
        return true;
    for (unsigned i = 0; i < sizeof devices / sizeof *devices; i++)
        if (pa >= devices[i].base && pa < devices[i].end)
            return true;
    return false;
}

/* RAM beyond the slot is not the same on both sides, nor are the monitor's variables. */
static void confine(struct ours *ours, uint64_t pa, unsigned size, enum access why)
{
    uint64_t at = pa - RAM_BASE;
    bool is_variable = at >= MONITOR_NEXT && at < RUN_OFFSET && ours->is_under_way;
    bool is_beyond = at >= CASES_OFFSET && at < DIFF_RAM;
    bool is_code = at < MONITOR_NEXT && access_is_write(why);
    ours->has_reached_device |= platform_is_device(pa);
    if (is_variable || is_beyond || is_code)
        excuse(ours, DEVIATION_slot, ours->pa);
    else if (is_foreign(pa, size, why) && (ours->is_under_way || why == ACCESS_FETCH))
        excuse(ours, DEVIATION_board, ours->pa);
}

/* QEMU's PLIC does not look at what is pending when an enable register is written. */
static bool is_late_enable(const struct ours *ours, uint64_t pa)
{
    bool is_enable = pa - PLIC_BASE >= 0x2000 && pa - PLIC_BASE < 0x200000;
    return is_enable && ours->is_under_way && ours->machine->platform.s.uart.ier & 2;
}

static bool see_load(struct port *port, uint64_t pa, unsigned size, enum access why,
                     uint64_t *value)
{
    confine(observed, pa, size, why);
    return observed->load(port, pa, size, why, value);
}

/* Whether the store under way is to code: the case's own, or what is left of a page of data that is
 * executed, of which an instruction may reach into the next. */
static bool is_to_code(const struct ours *ours, uint64_t pa, unsigned size)
{
    uint64_t at = pa - RUN_BASE, end = (ours->pa | (PAGE_SIZE - 1)) + 1;
    return (at >= SLOT_CODE && at < SLOT_DATA) || (pa + size > ours->pa && pa < end + 2);
}

/* Stores by the case to its tables and its code must be fenced at once: before, either may be seen,
 * the old or the new. */
static bool see_store(struct port *port, uint64_t pa, unsigned size, enum access why,
                      uint64_t value)
{
    struct ours *ours = observed;
    uint64_t at = pa - RUN_BASE;
    if (ours->is_under_way && why != ACCESS_WALK) {
        bool is_code = is_to_code(ours, pa, size);
        bool is_table = at >= SLOT_TABLES && at < SLOT_RESULT;
        ours->needed = is_code ? INSN_fence_i : is_table ? INSN_sfence_vma : ours->needed;
        ours->needed_by = is_code || is_table ? ours->pa : ours->needed_by;
    }
    confine(ours, pa, size, why);
    if (is_late_enable(ours, pa))
        excuse(ours, DEVIATION_board, ours->pa);
    return ours->store(port, pa, size, why, value);
}

struct ours *ours_new(const uint8_t *monitor, size_t monitor_size, isa_t isa)
{
    struct board_config config = board_default();
    config.firmware = FIRMWARE_NONE;
    config.harts = 1;
    config.isa = isa;
    config.ram_size = DIFF_RAM;
    struct ours *ours = calloc(1, sizeof *ours);
    if (ours)
        ours->machine = machine_new(&config, ENGINE_STEP);
    if (!ours || !ours->machine) {
        free(ours);
        return NULL;
    }
    ours->monitor = monitor;
    ours->monitor_size = monitor_size;
    ours->isa = isa;
    ours->plant.row = INSN_COUNT;
    ours->observer = (struct observer){.owner = ours, .insn = see_insn, .trap = see_trap};
    ours->machine->platform.observer = &ours->observer;
    ours->load = cpu_port(ours->machine->cpu)->load;
    ours->store = cpu_port(ours->machine->cpu)->store;
    cpu_port(ours->machine->cpu)->load = see_load;
    cpu_port(ours->machine->cpu)->store = see_store;
    return ours;
}

void ours_free(struct ours *ours)
{
    machine_free(ours->machine);
    free(ours);
}

void ours_plant(struct ours *ours, struct plant plant)
{
    ours->plant = plant;
}

static void put64(struct ours *ours, uint64_t at, uint64_t value)
{
    memcpy(ram_at(&ours->machine->ram, RAM_BASE + at, 8), &value, 8);
}

/* Power-on, with one case to run. */
static void start(struct ours *ours)
{
    struct machine *machine = ours->machine;
    cpu_drop(machine->cpu);
    memset(ram_at(&machine->ram, RAM_BASE, SLOT_SIZE), 0, SLOT_SIZE);
    memcpy(ram_at(&machine->ram, RAM_BASE, ours->monitor_size), ours->monitor, ours->monitor_size);
    put64(ours, MONITOR_COUNT, 1);
    put64(ours, MONITOR_STAYS, 1);
    memcpy(ram_at(&machine->ram, RUN_BASE, SLOT_SIZE), ours->before, SLOT_SIZE);
    hart_reset(&machine->hart[0], ours->isa, 0, RAM_BASE);
    platform_reset(&machine->platform);
    ours->is_under_way = false;
    ours->needed = INSN_COUNT;
    ours->excuse = DEVIATION_NONE;
    ours->has_ended = false;
    ours->standing = 0;
    ours->executed = 0;
    ours->mtvec = 0;
    ours->is_stale = false;
}

/* One run, to the end or to the first exception. */
static enum verdict run(struct ours *ours)
{
    start(ours);
    observed = ours;
    enum stop stop =
        platform_run(&ours->machine->platform, ours->machine->platform.s.clock.steps + CASE_STEPS);
    if (ours->excuse != DEVIATION_NONE)
        return RUN_EXCUSED;
    return stop == STOP_POWEROFF || stop == STOP_REBOOT ? RUN_DONE : RUN_LOST;
}

static bool has_locks(const struct hart *hart)
{
    const uint64_t locks = 0x8080808080808080;
    return ((hart->csr.pmp.cfg[0] | hart->csr.pmp.cfg[1]) & locks) != 0;
}

enum verdict ours_run(struct ours *ours, uint8_t *before, uint8_t *after, struct coverage *coverage)
{
    enum { RUNS = 200 };
    enum verdict verdict = RUN_EXCUSED;
    ours->before = before;
    ours->coverage = NULL;
    ours->tally = coverage;
    for (unsigned i = 0; i < RUNS && verdict == RUN_EXCUSED; i++)
        verdict = run(ours);
    if (verdict != RUN_DONE) {
        if (coverage)
            coverage->hung++;
        return RUN_LOST;
    }
    if (coverage) { /* once more, counted: no run that was stopped half way counts */
        ours->coverage = coverage;
        coverage->cases++;
        run(ours);
    }
    memcpy(after, ram_at(&ours->machine->ram, RUN_BASE, SLOT_SIZE), SLOT_SIZE);
    if (has_locks(&ours->machine->hart[0])) /* whether or not the case knew */
        before[SLOT_LOCKS] = after[SLOT_LOCKS] = 1;
    return RUN_DONE;
}
