/* One frame at a time. libdw finds the rules for an address; the few operations that rules are
 * made of for RISC-V are carried out here. */
#include "unwind.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "trap.h"

static uint64_t read_word(struct debugger *debugger, const struct hart *hart, uint64_t address)
{
    uint64_t value = 0, bad;
    target_read(&debugger->target, hart, LEVEL_GVA, address, &value, 8, &bad);
    return value;
}

/* What an expression of DWARF is evaluated for. */
struct evaluation {
    struct debugger *debugger;
    const struct hart *hart;
    const struct frame *frame;
    uint64_t cfa;
    bool is_value; /* the result is the value itself, not where it lies */
};

/* A little machine with a short stack. False: something is in it that is not known. */
/* NOLINTNEXTLINE(readability-function-cognitive-complexity): a dispatcher, a line an operation */
static bool evaluate(struct evaluation *e, const Dwarf_Op *ops, size_t count, uint64_t *result)
{
    enum { ROOM = 8 };
    uint64_t stack[ROOM] = {0};
    unsigned used = 0;
    e->is_value = false;
    for (size_t i = 0; i < count; i++) {
        uint8_t op = ops[i].atom;
        uint64_t number = ops[i].number, top = used ? stack[used - 1] : 0;
        if (used == ROOM - 1)
            return false;
        if (op >= DW_OP_breg0 && op <= DW_OP_breg31)
            stack[used++] = e->frame->x[op - DW_OP_breg0] + number;
        else if (op == DW_OP_bregx && number < 32)
            stack[used++] = e->frame->x[number] + ops[i].number2;
        else if (op == DW_OP_call_frame_cfa)
            stack[used++] = e->cfa;
        else if (op == DW_OP_consts || op == DW_OP_constu || op == DW_OP_const8s)
            stack[used++] = number;
        else if (op == DW_OP_plus_uconst && used)
            stack[used - 1] = top + number;
        else if (op == DW_OP_plus && used > 1)
            stack[--used - 1] += top;
        else if (op == DW_OP_deref && used)
            stack[used - 1] = read_word(e->debugger, e->hart, top);
        else if (op == DW_OP_stack_value && used)
            e->is_value = true;
        else
            return false;
    }
    *result = used ? stack[used - 1] : 0;
    return used;
}

/* The rules that hold at `pc`, from whichever section has them. */
static Dwarf_Frame *rules_at(const struct symbol_file *file, uint64_t pc)
{
    Dwarf_Frame *rules = NULL;
    Dwarf_CFI *cfi = file->dwarf ? dwarf_getcfi(file->dwarf) : NULL;
    if (cfi && dwarf_cfi_addrframe(cfi, pc, &rules) == 0)
        return rules;
    cfi = dwarf_getcfi_elf(file->elf);
    return cfi && dwarf_cfi_addrframe(cfi, pc, &rules) == 0 ? rules : NULL;
}

/* The registers of the caller, by the rules. False: they do not say. */
static bool apply_rules(struct debugger *debugger, const struct hart *hart, Dwarf_Frame *rules,
                        struct frame *frame)
{
    struct frame caller = *frame;
    Dwarf_Op *ops, memory[3];
    size_t count;
    /* Only a frame that is not of a call can still have its return address in ra. */
    bool has_ra = frame->kind != FRAME_CALLER;
    struct evaluation e = {.debugger = debugger, .hart = hart, .frame = frame};
    if (dwarf_frame_cfa(rules, &ops, &count) || !count || !evaluate(&e, ops, count, &caller.cfa))
        return false;
    e.cfa = caller.cfa;
    for (int reg = 1; reg < 32; reg++) {
        uint64_t result;
        if (dwarf_frame_register(rules, reg, memory, &ops, &count))
            continue;
        if (!count || !evaluate(&e, ops, count, &result))
            continue; /* the same, or lost */
        has_ra |= reg == X_RA;
        caller.x[reg] = e.is_value ? result : read_word(debugger, hart, result);
    }
    caller.x[X_SP] = caller.cfa;
    caller.pc = caller.x[X_RA];
    caller.kind = FRAME_CALLER;
    *frame = caller;
    return has_ra;
}

/* The caller, by call frame information. */
static bool unwind_call(struct debugger *debugger, const struct hart *hart, struct frame *frame)
{
    /* Behind a call that is the last of its function, another function may begin. */
    uint64_t pc = frame->kind == FRAME_CALLER ? frame->pc - 1 : frame->pc;
    for (const struct symbol_file *file = debugger->symbols.files; file; file = file->next) {
        Dwarf_Frame *rules = rules_at(file, pc);
        if (!rules)
            continue;
        struct frame before = *frame;
        bool done = apply_rules(debugger, hart, rules, frame);
        free(rules);
        return done && frame->pc && (frame->cfa != before.cfa || frame->pc != before.pc);
    }
    return false;
}

/* The trap whose handler the frame is in. The last that came from the same mode was interrupted on
 * the same stack, not far above; else it is the last that came to this address space from below,
 * for that program cannot run before it is returned to. */
static bool is_handled_trap(const struct episode *e, const struct frame *frame)
{
    enum { TRAP_FRAME = 1024 };
    bool is_seen = e->kind != EPISODE_EXIT || e->record.outcome == REFLECT;
    if (!is_seen || e->after.mode != frame->mode || e->before.pc == frame->pc)
        return false;
    if (e->before.mode == frame->mode)
        return e->before.x[X_SP] - frame->x[X_SP] <= TRAP_FRAME;
    return e->before.mode < frame->mode && e->before.csr.satp == frame->satp;
}

static bool unwind_trap(struct debugger *debugger, struct frame *frame)
{
    const struct history *history = &debugger->history;
    uint64_t until = frame->kind == FRAME_FIRST ? history->count : frame->episode;
    for (uint64_t number = until; number-- > 0;) {
        const struct episode *e = history_at(history, number);
        if (!e)
            return false;
        if (e->hart != debugger->hart || !is_handled_trap(e, frame))
            continue;
        *frame = (struct frame){.kind = FRAME_TRAPPED,
                                .pc = e->before.pc,
                                .mode = e->before.mode,
                                .satp = e->before.csr.satp,
                                .cause = e->kind == EPISODE_EXIT ? e->record.reflected.cause
                                                                 : e->trap.cause,
                                .episode = number};
        memcpy(frame->x, e->before.x, sizeof frame->x);
        return true;
    }
    return false;
}

/* True when what stands before `pc` is a call, which leaves `pc` in ra. */
static bool follows_call(struct debugger *debugger, const struct hart *hart, uint64_t pc)
{
    for (unsigned size = 2; size <= 4; size += 2) {
        uint32_t word;
        if (!target_insn(&debugger->target, hart, pc - size, &word))
            continue;
        struct insn insn = insn_decode(word, hart->isa);
        if (insn.length == size && insn.rd == X_RA && (insn.id == INSN_jal || insn.id == INSN_jalr))
            return true;
    }
    return false;
}

/* A function of assembly that has no rules, and has not touched ra. */
static bool unwind_by_ra(struct debugger *debugger, const struct hart *hart, struct frame *frame)
{
    uint64_t offset, ra = frame->x[X_RA];
    const char *here = symbols_at(&debugger->symbols, frame->pc, &offset);
    const char *there = symbols_at(&debugger->symbols, ra - 1, &offset);
    if (frame->kind == FRAME_CALLER || !here || !there || here == there ||
        !follows_call(debugger, hart, ra))
        return false;
    frame->kind = FRAME_CALLER;
    frame->pc = ra;
    frame->cfa = frame->x[X_SP];
    return true;
}

void unwind_first(struct debugger *debugger, const struct hart *hart, struct frame *frame)
{
    *frame = (struct frame){.kind = FRAME_FIRST,
                            .pc = hart->pc,
                            .mode = hart->mode,
                            .satp = hart->csr.satp,
                            .episode = debugger->history.count};
    memcpy(frame->x, hart->x, sizeof frame->x);
}

bool unwind_next(struct debugger *debugger, const struct hart *hart, struct frame *frame)
{
    struct hart space = *hart; /* the tables of the frame's own space */
    space.csr.satp = frame->satp;
    space.mode = frame->mode;
    struct frame caller = *frame;
    uint64_t offset;
    bool is_call = unwind_call(debugger, &space, &caller);
    if (is_call &&
        (frame->mode == MODE_U || symbols_at(&debugger->symbols, caller.pc - 1, &offset))) {
        *frame = caller;
        return true;
    }
    /* Where a trap was taken, ra is still whose program that was. */
    if (frame->mode != MODE_U && unwind_trap(debugger, frame))
        return true;
    return unwind_by_ra(debugger, &space, frame);
}
