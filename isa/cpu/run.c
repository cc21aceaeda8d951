/* The engine: runs a hart through decoded blocks until a given step.
 *
 * Everything that is plain (registers, branches, RAM that the TLB knows) is done here by
 * semantics.inc; whatever is not (a fault, a device, a page crossing, a store into a marked frame)
 * is left to the reference step, one instruction at a time. So there is one place for the hard
 * cases, and the two engines cannot differ in them.
 *
 * Steps are counted a block at a time: `left` is what remains of the budget as if the block were
 * done. pc and the counts are rebuilt from the op when somebody needs them. */
#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "csr.h"
#include "engine.h"
#include "fp_ops.h"
#include "memory.h"
#include "step.h"
#include "trap.h"

/* Tells the clock and the hart's counters of `done` instructions that retired. */
static void count(struct cpu *cpu, struct hart *hart, uint64_t done)
{
    cpu->clock->steps += done;
    csr_count(hart, done, done);
}

static void enter(struct cpu *cpu, struct hart *hart, struct trap trap)
{
    if (cpu->platform)
        platform_observe_trap(cpu->platform, hart, trap);
    trap_enter(hart, trap);
}

/* Takes `trap`, raised by the instruction at hart->pc: leaves it to a VMM, has the firmware answer,
 * or enters the handler. True: it was a step. */
static bool raise(struct cpu *cpu, struct hart *hart, struct trap trap)
{
    if (cpu->leaves_on_trap) {
        cpu->has_trapped = true;
        cpu->trap = trap;
        return false;
    }
    bool is_answered = cpu->platform && platform_takes(cpu->platform, hart, trap);
    if (!is_answered)
        enter(cpu, hart, trap);
    cpu->clock->steps++;
    step_count(hart, false);
    if (is_answered)
        platform_observe_answer(cpu->platform, hart);
    return true;
}

/* One step by the reference: true when it was one (see raise). `word` is the instruction at pc
 * where the engine knows it, or 0. */
static bool step(struct cpu *cpu, struct hart *hart, uint32_t word)
{
    struct trap trap;
    if (cpu->triggers && cpu->triggers->ranges)
        trigger_step(cpu, hart);
    cpu->insn = 0;
    if (!word && !memory_fetch(hart, &cpu->port, &word, &trap))
        return raise(cpu, hart, trap);
    cpu->insn = word;
    if (!step_execute(hart, &cpu->port, insn_decode(word, hart->isa), &trap))
        return raise(cpu, hart, trap);
    count(cpu, hart, 1);
    return true;
}

/* Takes an interrupt, if one is due: not a step. */
static void interrupt(struct cpu *cpu, struct hart *hart)
{
    struct trap trap = {.cause = cpu->leaves_on_trap ? 0 : trap_pending(hart)};
    if (trap.cause)
        enter(cpu, hart, trap);
}

/* The bits of a decoded instruction: the frame still holds them. */
static uint32_t word_of(const struct cpu *cpu, const struct code *code, const struct op *op)
{
    uint32_t word = 0;
    const uint8_t *page = cpu->ram->bytes + (code->frame << PAGE_SHIFT);
    memcpy(&word, page + (op->where & ~1u), op->where & 1 ? 4 : 2);
    return word;
}

static bool must_leave(const struct cpu *cpu, const struct hart *hart)
{
    return hart->waiting || *cpu->stirred || cpu->has_trapped || cpu->has_stopped;
}

static void run_by_step(struct cpu *cpu, struct hart *hart, uint64_t until)
{
    while (cpu->clock->steps < until && !must_leave(cpu, hart)) {
        interrupt(cpu, hart);
        if (must_leave(cpu, hart) || (cpu->triggers && trigger_stops(cpu, hart)))
            return;
        if (cpu->platform)
            platform_observe_insn(cpu->platform, hart);
        step(cpu, hart, 0);
    }
}

/* The words of semantics.inc, for threaded code. */
#define DISPATCH                                                                                   \
    do {                                                                                           \
        op++;                                                                                      \
        goto *labels[op->handler];                                                                 \
    } while (0)
#define RD x[op->rd]
#define RS1 x[op->rs1]
#define RS2 x[op->rs2]
#define RS1_NAMED (op->rs1 != 0)
#define IMM ((uint64_t)op->imm)
#define UIMM ((uint64_t)op->rs1)
#define PC (page + (op->where & ~1u))
#define NEXT (PC + 2 + 2 * (uint64_t)(op->where & 1))
#define MODE hart->mode
#define STATUS hart->csr.mstatus
#define TRAP(cause_, tval_)                                                                        \
    do {                                                                                           \
        trap = (struct trap){.cause = (cause_), .tval = (tval_)};                                  \
        goto trapped;                                                                              \
    } while (0)
#define ILLEGAL goto do_illegal
#define CHECK_JUMP(target)                                                                         \
    do {                                                                                           \
        if ((target)&jump_mask)                                                                    \
            goto by_step;                                                                          \
    } while (0)
#define JUMP(target)                                                                               \
    do {                                                                                           \
        pc = (target);                                                                             \
        goto jump;                                                                                 \
    } while (0)

/* Steps that remain before this op. */
#define REMAINING (left + head->imm - (op - head - 1))
/* Brings clock, counters and pc to this op, for those who look at them. */
#define SYNC                                                                                       \
    do {                                                                                           \
        int64_t remaining_ = REMAINING;                                                            \
        count(cpu, hart, (uint64_t)(start - remaining_));                                          \
        start = remaining_;                                                                        \
        hart->pc = PC;                                                                             \
    } while (0)

#define HOST(entry_, size, va_, why)                                                               \
    (tlb_tag(va_, size) + data_space == (entry_)->tag                                              \
         ? (uint8_t *)(uintptr_t)(va_ + (entry_)->addend)                                          \
         : cpu_reach(cpu, hart, va_, size, why, data_space))
#define READ(size, host_)                                                                          \
    ({                                                                                             \
        uint64_t value_ = 0;                                                                       \
        memcpy(&value_, host_, size);                                                              \
        value_;                                                                                    \
    })
#define LOAD(size, va)                                                                             \
    ({                                                                                             \
        uint64_t va_ = (va);                                                                       \
        const uint8_t *host_ = HOST(&cpu->loads[tlb_index(va_)], size, va_, ACCESS_LOAD);          \
        if (!host_)                                                                                \
            goto by_step;                                                                          \
        READ(size, host_);                                                                         \
    })
#define STORE(size, va, value)                                                                     \
    do {                                                                                           \
        uint64_t va_ = (va), stored_ = (value);                                                    \
        uint8_t *host_ = HOST(&cpu->stores[tlb_index(va_)], size, va_, ACCESS_STORE);              \
        if (!host_)                                                                                \
            goto by_step;                                                                          \
        memcpy(host_, &stored_, size);                                                             \
    } while (0)
/* Atomics must be aligned; the reference step raises the trap where they are not. */
#define ATOMIC_HOST(size, tlb, why)                                                                \
    ({                                                                                             \
        uint64_t va_ = RS1;                                                                        \
        uint8_t *host_ =                                                                           \
            va_ & (size - 1) ? NULL : HOST(&cpu->tlb[tlb_index(va_)], size, va_, why);             \
        if (!host_)                                                                                \
            goto by_step;                                                                          \
        host_;                                                                                     \
    })
#define PHYSICAL(host_) (cpu->ram->base + (uint64_t)((host_)-cpu->ram->bytes))
#define LR(size)                                                                                   \
    ({                                                                                             \
        const uint8_t *reserved_ = ATOMIC_HOST(size, loads, ACCESS_LOAD);                          \
        hart->reservation = (struct reservation){.valid = true, .pa = PHYSICAL(reserved_)};        \
        READ(size, reserved_);                                                                     \
    })
#define SC(size)                                                                                   \
    ({                                                                                             \
        if (!hart->reservation.valid)                                                              \
            goto by_step;                                                                          \
        uint8_t *target_ = ATOMIC_HOST(size, stores, ACCESS_STORE);                                \
        bool holds_ = PHYSICAL(target_) == hart->reservation.pa;                                   \
        uint64_t new_ = RS2;                                                                       \
        if (holds_)                                                                                \
            memcpy(target_, &new_, size);                                                          \
        hart->reservation = (struct reservation){.valid = false};                                  \
        (uint64_t) !holds_;                                                                        \
    })
#define AMO(size, old, new)                                                                        \
    uint8_t *cell_ = ATOMIC_HOST(size, stores, ACCESS_STORE);                                      \
    uint64_t old = READ(size, cell_);                                                              \
    uint64_t new_ = (new);                                                                         \
    memcpy(cell_, &new_, size)

#define CSR(op_, is_write, value)                                                                  \
    ({                                                                                             \
        uint64_t old_;                                                                             \
        SYNC;                                                                                      \
        if (!csr_access(hart, &cpu->port, (unsigned)op->imm, op_, is_write, value, &old_))         \
            ILLEGAL;                                                                               \
        old_;                                                                                      \
    })
#define RETURN(xret)                                                                               \
    do {                                                                                           \
        SYNC;                                                                                      \
        if (!xret(hart))                                                                           \
            ILLEGAL;                                                                               \
        goto moved;                                                                                \
    } while (0)
#define WAIT hart->waiting = !trap_wakes(hart)
#define FENCE_I (void)0
#define FENCE_VMA cpu->port.fence(&cpu->port, op->rs1 == 0, RS1, op->rs2 == 0, RS2)

/* The words of semantics_fp.inc, besides. A destination of 0 was made X_SINK, which is right for x
 * alone: f0 is a register as any. */
#define FRD hart->f[op->rd % X_SINK]
#define FRS1 hart->f[op->rs1]
#define FRS2 hart->f[op->rs2]
#define FRS3 hart->f[op->rs3]
#define FCSR hart->csr.fcsr
#define FP(name, ...) fp_ops.name(&env, __VA_ARGS__)

/* Does a floating-point instruction. False: it is not plain, and nothing was done. A function of
 * its own, with its own switch: inside the engine, all these calls would cost the other
 * instructions the host's registers. */
/* NOLINTNEXTLINE(readability-function-size): the dispatcher, one case an instruction */
static __attribute__((noinline)) bool run_fp(struct cpu *cpu, struct hart *hart,
                                             const struct op *op, uint64_t data_space)
{
    uint64_t *const x = hart->x;
    switch (op->handler) {
#define OP(name)                                                                                   \
    return true;                                                                                   \
    case INSN_##name:
    default:
#include "semantics_fp.inc"
        return true;
    }
do_illegal: /* the reference step raises it */
by_step:
    return false;
}
#undef OP
#define OP(name)                                                                                   \
    DISPATCH;                                                                                      \
    do_##name:

/* NOLINTNEXTLINE(readability-function-*): the engine, one label an instruction */
static void run_blocks(struct cpu *cpu, struct hart *const hart, uint64_t until)
{
    static const void *const labels[OP_COUNT] = {
#define INSN(name, ...) [INSN_##name] = &&do_##name,
#define INSN_FP(name, ...) [INSN_##name] = &&do_fp,
#include "insn.def"
        [OP_ILLEGAL] = &&do_illegal, [OP_END] = &&do_end,     [OP_CHECK] = &&do_check,
        [OP_STEP] = &&by_step,       [OP_BREAK] = &&do_break,
    };
    uint64_t *const x = hart->x;
    const uint64_t jump_mask = isa_has(hart->isa, EXT_C) ? 0 : 2;
    const uint64_t budget = until - cpu->clock->steps;
    int64_t left = budget < INT64_MAX ? (int64_t)budget : INT64_MAX; /* at resume: exact */
    int64_t start = left;                                            /* what the clock knows of */
    uint64_t pc, page, data_space, fetch_space;
    const struct op *op, *head;
    const struct fetch_entry *fetch;
    struct code *code;
    struct trap trap;

resume: /* hart and clock are exact: look at everything */
    x[X_SINK] = 0;
    if (left <= 0 || must_leave(cpu, hart))
        return;
    interrupt(cpu, hart);
    if (must_leave(cpu, hart)) /* whoever was told of the interrupt wants to look at it */
        return;
    struct space_tags tags = cpu_space_tags(cpu, hart);
    data_space = tags.data;
    fetch_space = tags.fetch;
    pc = hart->pc;
    goto cross_page;

jump: /* op was the last of its block to be executed; pc is the next */
    left += head->imm - (op - head);
    if ((pc ^ page) < PAGE_SIZE)
        goto enter;
    if (left <= 0) /* the next page must not be walked for yet */
        goto step_once;
cross_page:
    fetch = &cpu->fetches[tlb_index(pc)];
    code = fetch->code;
    if (fetch->tag != (pc >> PAGE_SHIFT) + fetch_space) {
        code = cpu_fetch_page(cpu, hart, pc);
        if (!code)
            goto step_unseen;
    }
    page = pc & ~(uint64_t)(PAGE_SIZE - 1);
enter:;
    uint32_t index = code->block[(pc & (PAGE_SIZE - 1)) / 2];
    if (!index)
        index = block_make(cpu, hart->isa, code, pc & (PAGE_SIZE - 1));
    head = op = &cpu->arena[index];
    if (left < head->imm)
        goto step_once;
    left -= head->imm;

#include "semantics.inc"
    DISPATCH;

do_fp:
    if (!run_fp(cpu, hart, op, data_space))
        goto by_step;
    DISPATCH;

do_illegal:
    TRAP(CAUSE_ILLEGAL_INSN, word_of(cpu, code, op));
do_end:
    pc = page + op->where;
    op--; /* the end is no instruction */
    goto jump;
do_check: /* the block is done, so `left` is exact */
    hart->pc = page + op->where;
    count(cpu, hart, (uint64_t)(start - left));
    start = left;
    goto resume;
moved: /* an xret has set pc; it is a step */
    left = start - 1;
    count(cpu, hart, 1);
    start = left;
    goto resume;
trapped:
    SYNC;
    cpu->insn = word_of(cpu, code, op);
    left = start - raise(cpu, hart, trap);
    start = left;
    goto resume;
by_step: /* this instruction is not plain, or crosses the page, and then its fetch may fault */
    SYNC;
    left = start - step(cpu, hart, op->handler == OP_STEP ? 0 : word_of(cpu, code, op));
    start = left;
    goto resume;
do_break: /* the real block is the next */
    pc = page + op->where;
    count(cpu, hart, (uint64_t)(start - left));
    start = left;
    hart->pc = pc;
    if (left <= 0 || trigger_stops(cpu, hart))
        goto resume;
    head = ++op;
    if (left < head->imm)
        goto step_once;
    left -= head->imm;
    DISPATCH;
step_unseen: /* no block can be had, so no trigger stands in one */
    count(cpu, hart, (uint64_t)(start - left));
    start = left;
    hart->pc = pc;
    if (cpu->triggers && left > 0 && trigger_stops(cpu, hart))
        goto resume;
step_once: /* no block can be had, or the budget ends within it or before it */
    count(cpu, hart, (uint64_t)(start - left));
    start = left;
    hart->pc = pc;
    if (left <= 0)
        goto resume;
    left -= step(cpu, hart, 0);
    start = left;
    goto resume;
}

/* Harts share the TLB, and each has a PMP of its own: entries stand as long as these are alike. */
static void protect(struct cpu *cpu, const struct hart *hart)
{
    if (memcmp(&cpu->pmp, &hart->csr.pmp, sizeof cpu->pmp) == 0)
        return;
    tlb_clear(cpu);
    cpu->pmp = hart->csr.pmp;
}

static void mark_page(struct cpu *cpu, uint64_t pa)
{
    if (!ram_at(cpu->ram, pa, 1))
        return;
    uint64_t frame = (pa - cpu->ram->base) >> PAGE_SHIFT;
    tlb_mark(cpu, frame, FRAME_TOLD);
    cpu->told[cpu->told_count++] = frame;
}

/* The pages of whose stores the platform is told: that of tohost, and those that other harts have
 * reserved. */
static void mark_told(struct cpu *cpu, const struct hart *hart)
{
    const struct platform *platform = cpu->platform;
    while (cpu->told_count)
        cpu->ram->marks[cpu->told[--cpu->told_count]] &= (uint8_t)~FRAME_TOLD;
    if (platform->tohost)
        mark_page(cpu, platform->tohost);
    for (unsigned i = 0; i < platform->harts; i++)
        if (platform->hart[i] != hart && platform->hart[i]->reservation.valid)
            mark_page(cpu, platform->hart[i]->reservation.pa);
}

void cpu_run(struct cpu *cpu, struct hart *hart, uint64_t until)
{
    protect(cpu, hart);
    cpu->has_stopped = false;
    if (cpu->platform)
        mark_told(cpu, hart);
    if (cpu->engine == ENGINE_STEP)
        run_by_step(cpu, hart, until);
    else
        run_blocks(cpu, hart, until);
}

struct cpu_exit cpu_enter(struct cpu *cpu, struct hart *hart, uint64_t budget)
{
    uint64_t from = cpu->clock->steps;
    cpu->leaves_on_trap = true;
    cpu->has_trapped = false;
    cpu->own_stirred = false;
    cpu_run(cpu, hart, from + budget);
    struct cpu_exit exit = {.has_trapped = cpu->has_trapped,
                            .trap = cpu->trap,
                            .insn = cpu->insn,
                            .steps = cpu->clock->steps - from};
    cpu->leaves_on_trap = cpu->has_trapped = false;
    return exit;
}

void cpu_set_device(struct cpu *cpu, const struct cpu_device *device)
{
    cpu->device = device;
}

void cpu_stop(struct cpu *cpu)
{
    *cpu->stirred = true;
}

struct cpu *cpu_new(struct ram *ram, struct platform *platform, enum engine engine)
{
    struct cpu *cpu = calloc(1, sizeof *cpu);
    if (!cpu)
        return NULL;
    cpu->ram = ram;
    cpu->platform = platform;
    cpu->engine = engine;
    cpu->clock = platform ? &platform->s.clock : &cpu->own_clock;
    cpu->stirred = platform ? &platform->stirred : &cpu->own_stirred;
    cpu->tables = calloc(ram->frames, sizeof *cpu->tables);
    cpu->codes = calloc(ram->frames, sizeof *cpu->codes);
    cpu->arena = calloc(ARENA_OPS, sizeof *cpu->arena);
    cpu_port_init(cpu);
    if (!cpu->tables || !cpu->codes || !cpu->arena) {
        cpu_free(cpu);
        return NULL;
    }
    cpu_drop(cpu);
    return cpu;
}

void cpu_free(struct cpu *cpu)
{
    if (!cpu)
        return;
    for (uint64_t frame = 0; cpu->codes && frame < cpu->ram->frames; frame++)
        free(cpu->codes[frame]);
    free(cpu->tables);
    free(cpu->codes);
    free(cpu->arena);
    free(cpu);
}

void cpu_drop(struct cpu *cpu)
{
    tlb_clear(cpu);
    code_clear(cpu);
    for (uint64_t frame = 0; frame < cpu->ram->frames; frame++)
        cpu->ram->marks[frame] &= (uint8_t)~FRAME_WALKED;
}

void cpu_drop_stores(struct cpu *cpu)
{
    for (unsigned i = 0; i < TLB_SIZE; i++)
        cpu->stores[i].tag = TAG_NONE;
}

void cpu_set_watch(struct cpu *cpu, struct cpu_watch *watch)
{
    cpu->watch = watch;
}

uint64_t cpu_steps(const struct cpu *cpu)
{
    return cpu->clock->steps;
}
