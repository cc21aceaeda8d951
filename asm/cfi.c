/* Call frame information (DWARF 5, 6.4): .cfi_* directives, for debuggers in .debug_frame, for
 * unwinding in .eh_frame. It is written after the layout of the code, which says how far apart the
 * places are that it speaks of. */
#include "cfi.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "csr_names.h"

/* DW_CFA operations, DWARF 5 7.24. */
enum {
    CFA_ADVANCE = 0x40,
    CFA_OFFSET = 0x80,
    CFA_RESTORE = 0xc0,
    CFA_NOP = 0x00,
    CFA_ADVANCE_1 = 0x02,
    CFA_ADVANCE_2 = 0x03,
    CFA_ADVANCE_4 = 0x04,
    CFA_OFFSET_EXTENDED = 0x05,
    CFA_RESTORE_EXTENDED = 0x06,
    CFA_UNDEFINED = 0x07,
    CFA_SAME_VALUE = 0x08,
    CFA_REGISTER = 0x09,
    CFA_REMEMBER = 0x0a,
    CFA_RESTORE_STATE = 0x0b,
    CFA_DEF_CFA = 0x0c,
    CFA_DEF_CFA_REGISTER = 0x0d,
    CFA_DEF_CFA_OFFSET = 0x0e,
    CFA_OFFSET_EXTENDED_SF = 0x11,
    CFA_ESCAPE = 0x100, /* a byte of the source's own */
    SP = 2,
    RA = 1,
    DATA_ALIGN = -4,
};

struct cfi_op {
    uint16_t op;
    unsigned reg, other;
    int64_t offset;
    struct symbol *from, *to; /* of CFA_ADVANCE */
};
struct cfi_procedure {
    struct symbol *start, *end, *last; /* last: where the last operation stands */
    struct cfi_op *ops;
    size_t count, room;
    unsigned return_column;
    bool is_signal;
    int64_t cfa_offset, remembered[16];
    unsigned depth;
    struct cfi_procedure *next;
};
/* What begins alike in several procedures is said once. */
struct cfi_common {
    const struct cfi_procedure *first;
    size_t count; /* of its operations */
    struct symbol *label;
    struct cfi_common *next;
};
struct cfi {
    struct cfi_procedure *procedures, *last, *open;
    bool for_debug, for_unwinding, is_chosen;
};

static struct cfi *get_cfi(struct as *as)
{
    if (!as->cfi) {
        as->cfi = arena_alloc(&as->arena, sizeof *as->cfi);
        as->cfi->for_unwinding = true;
    }
    return as->cfi;
}

static struct cfi_op *add_op(struct cfi_procedure *procedure, uint16_t op)
{
    procedure->ops =
        array_grow(procedure->ops, procedure->count, &procedure->room, sizeof *procedure->ops);
    procedure->ops[procedure->count] = (struct cfi_op){.op = op};
    return &procedure->ops[procedure->count++];
}

/* An operation at this place, with the way here from the last one. */
static struct cfi_op *add_here(struct as *as, struct cfi_procedure *procedure, uint16_t op)
{
    struct symbol *last = procedure->last;
    if (last->frag != as->section->last || last->value != section_here(as)) {
        struct symbol *here = symbol_here(as, ".L0 ");
        struct cfi_op *advance = add_op(procedure, CFA_ADVANCE);
        advance->from = last;
        advance->to = here;
        procedure->last = here;
    }
    return add_op(procedure, op);
}

static void start(struct as *as)
{
    struct text word;
    struct cfi *cfi = get_cfi(as);
    if (cfi->open) {
        as_error(as, as->line, "the procedure before has no .cfi_endproc");
        return;
    }
    struct cfi_procedure *procedure = arena_alloc(&as->arena, sizeof *procedure);
    bool is_simple = scan_name(as, &word) && text_is(word, "simple");
    procedure->start = procedure->last = symbol_here(as, ".L0 ");
    procedure->return_column = RA;
    if (!is_simple)
        add_op(procedure, CFA_DEF_CFA_REGISTER)->reg = SP;
    if (cfi->last)
        cfi->last->next = procedure;
    else
        cfi->procedures = procedure;
    cfi->last = cfi->open = procedure;
}

static void sections(struct as *as)
{
    struct text name;
    struct cfi *cfi = get_cfi(as);
    cfi->for_debug = cfi->for_unwinding = false;
    while (scan_name(as, &name)) {
        cfi->for_debug |= text_is(name, ".debug_frame");
        cfi->for_unwinding |= text_is(name, ".eh_frame");
        directive_more(as);
    }
}

/* A register by name or number, as DWARF counts them: f registers after x registers. */
static bool read_register(struct as *as, unsigned *number)
{
    struct text name;
    int64_t value;
    scan_spaces(as);
    const char *at = as->at;
    if (!scan_name(as, &name)) {
        if (!expr_number(as, &value))
            return false;
        *number = (unsigned)value;
        return true;
    }
    int x = names_x(name), f = names_f(name), csr = csr_names_find_any(name);
    *number = (unsigned)(x >= 0 ? x : f >= 0 ? 32 + f : 4096 + csr);
    if (x >= 0 || f >= 0 || csr >= 0)
        return true;
    as_error(as, at, "a register is needed here");
    return false;
}

static bool read_comma(struct as *as)
{
    if (directive_more(as))
        return true;
    as_error(as, as->at, "a comma and one more operand are needed here");
    return false;
}

static void set_offset(struct as *as, struct cfi_procedure *procedure, int64_t offset)
{
    procedure->cfa_offset = offset;
    add_here(as, procedure, CFA_DEF_CFA_OFFSET)->offset = offset;
}

/* .cfi_offset and .cfi_rel_offset REGISTER, OFFSET */
static void set_saved(struct as *as, struct cfi_procedure *procedure, int64_t base)
{
    unsigned reg;
    int64_t offset;
    if (!read_register(as, &reg) || !read_comma(as) || !expr_number(as, &offset))
        return;
    struct cfi_op *op = add_here(as, procedure, CFA_OFFSET);
    op->reg = reg;
    op->offset = offset - base;
}

static void set_registers(struct as *as, struct cfi_procedure *procedure, uint16_t what)
{
    do {
        unsigned reg;
        if (!read_register(as, &reg))
            return;
        add_here(as, procedure, what)->reg = reg;
    } while (directive_more(as));
}

static void escape(struct as *as, struct cfi_procedure *procedure)
{
    int64_t byte;
    do {
        if (!expr_number(as, &byte))
            return;
        add_here(as, procedure, CFA_ESCAPE)->offset = byte;
    } while (directive_more(as));
}

static void remember(struct as *as, struct cfi_procedure *procedure, bool is_restore)
{
    enum { DEEPEST = sizeof procedure->remembered / sizeof *procedure->remembered };
    if (is_restore ? !procedure->depth : procedure->depth == DEEPEST) {
        as_error(as, as->line, "no state is remembered, or too many are");
        return;
    }
    if (is_restore)
        procedure->cfa_offset = procedure->remembered[--procedure->depth];
    else
        procedure->remembered[procedure->depth++] = procedure->cfa_offset;
    add_here(as, procedure, is_restore ? CFA_RESTORE_STATE : CFA_REMEMBER);
}

static void define_cfa(struct as *as, struct cfi_procedure *procedure)
{
    unsigned reg;
    int64_t offset;
    if (!read_register(as, &reg) || !read_comma(as) || !expr_number(as, &offset))
        return;
    procedure->cfa_offset = offset;
    struct cfi_op *op = add_here(as, procedure, CFA_DEF_CFA);
    op->reg = reg;
    op->offset = offset;
}

static void set_register_copy(struct as *as, struct cfi_procedure *procedure)
{
    unsigned reg, other;
    if (!read_register(as, &reg) || !read_comma(as) || !read_register(as, &other))
        return;
    struct cfi_op *op = add_here(as, procedure, CFA_REGISTER);
    op->reg = reg;
    op->other = other;
}

static void finish_procedure(struct as *as, struct cfi_procedure *procedure)
{
    procedure->end = symbol_here(as, ".L0 ");
    as->cfi->open = NULL;
}

/* NOLINTNEXTLINE(readability-function-size): a dispatcher, a case a directive */
void cfi_directive(struct as *as, int which)
{
    int64_t number;
    struct cfi_procedure *procedure = as->cfi ? as->cfi->open : NULL;
    if (which == CFI_STARTPROC || which == CFI_SECTIONS) {
        if (which == CFI_STARTPROC)
            start(as);
        else
            sections(as);
        return;
    }
    if (!procedure) {
        as_error(as, as->line, "this stands outside .cfi_startproc and .cfi_endproc");
        return;
    }
    switch (which) {
    case CFI_ADJUST_CFA_OFFSET:
        if (expr_number(as, &number))
            set_offset(as, procedure, procedure->cfa_offset + number);
        break;
    case CFI_DEF_CFA_OFFSET:
        if (expr_number(as, &number))
            set_offset(as, procedure, number);
        break;
    case CFI_DEF_CFA:
        define_cfa(as, procedure);
        break;
    case CFI_DEF_CFA_REGISTER:
        set_registers(as, procedure, CFA_DEF_CFA_REGISTER);
        break;
    case CFI_ENDPROC:
        finish_procedure(as, procedure);
        break;
    case CFI_ESCAPE:
        escape(as, procedure);
        break;
    case CFI_OFFSET:
        set_saved(as, procedure, 0);
        break;
    case CFI_REL_OFFSET:
        set_saved(as, procedure, procedure->cfa_offset);
        break;
    case CFI_REGISTER:
        set_register_copy(as, procedure);
        break;
    case CFI_REMEMBER_STATE:
    case CFI_RESTORE_STATE:
        remember(as, procedure, which == CFI_RESTORE_STATE);
        break;
    case CFI_RESTORE:
        set_registers(as, procedure, CFA_RESTORE);
        break;
    case CFI_RETURN_COLUMN:
        read_register(as, &procedure->return_column);
        break;
    case CFI_SAME_VALUE:
        set_registers(as, procedure, CFA_SAME_VALUE);
        break;
    case CFI_SIGNAL_FRAME:
        procedure->is_signal = true;
        break;
    case CFI_UNDEFINED:
        set_registers(as, procedure, CFA_UNDEFINED);
        break;
    default:
        as_error(as, as->line, "personalities are not for this machine");
    }
}

/* The way from one place to the next. Between places that nothing can move apart it is a number;
 * else the linker has the last word. */
static void put_advance(struct as *as, const struct cfi_op *op)
{
    static const uint16_t relocs[] = {
        [0] = R_RISCV_SET6, [1] = R_RISCV_SET8, [2] = R_RISCV_SET16, [4] = R_RISCV_SET32};
    static const uint8_t ops[] = {[1] = CFA_ADVANCE_1, [2] = CFA_ADVANCE_2, [4] = CFA_ADVANCE_4};
    uint64_t distance = symbol_address(op->to) - symbol_address(op->from);
    unsigned size = distance < 0x40 ? 0 : distance < 0x100 ? 1 : distance < 0x10000 ? 2 : 4;
    if (!distance)
        return;
    lines_put(as, size ? ops[size] : CFA_ADVANCE | distance, 1);
    lines_put(as, distance, size);
    if (op->to->frag == op->from->frag)
        return;
    struct expr expr = {.kind = EXPR_DIFFERENCE, .add = op->to, .sub = op->from};
    section_fixup(as, section_here(as) - (size ? size : 1), relocs[size], size, &expr);
}

static void put_saved(struct as *as, const struct cfi_op *op)
{
    int64_t scaled = op->offset / DATA_ALIGN;
    if (scaled >= 0 && op->reg < 0x40) {
        lines_put(as, CFA_OFFSET + op->reg, 1);
        lines_put_uleb(as, (uint64_t)scaled);
        return;
    }
    lines_put(as, scaled < 0 ? CFA_OFFSET_EXTENDED_SF : CFA_OFFSET_EXTENDED, 1);
    lines_put_uleb(as, op->reg);
    if (scaled < 0)
        lines_put_sleb(as, scaled);
    else
        lines_put_uleb(as, (uint64_t)scaled);
}

static void put_op(struct as *as, const struct cfi_op *op)
{
    switch (op->op) {
    case CFA_ADVANCE:
        put_advance(as, op);
        break;
    case CFA_OFFSET:
        put_saved(as, op);
        break;
    case CFA_RESTORE:
        lines_put(as, op->reg < 0x40 ? CFA_RESTORE + op->reg : CFA_RESTORE_EXTENDED, 1);
        if (op->reg >= 0x40)
            lines_put_uleb(as, op->reg);
        break;
    case CFA_ESCAPE:
        lines_put(as, (uint64_t)op->offset, 1);
        break;
    case CFA_REMEMBER:
    case CFA_RESTORE_STATE:
        lines_put(as, op->op, 1);
        break;
    case CFA_DEF_CFA_OFFSET:
        lines_put(as, op->op, 1);
        lines_put_uleb(as, (uint64_t)op->offset);
        break;
    case CFA_DEF_CFA:
        lines_put(as, op->op, 1);
        lines_put_uleb(as, op->reg);
        lines_put_uleb(as, (uint64_t)op->offset);
        break;
    default: /* of one register, or two */
        lines_put(as, op->op, 1);
        lines_put_uleb(as, op->reg);
        if (op->op == CFA_REGISTER)
            lines_put_uleb(as, op->other);
    }
}

/* How many operations hold from the beginning on, before anything of the procedure runs. */
static size_t count_initial(const struct cfi_procedure *procedure)
{
    size_t count = 0;
    while (count < procedure->count) {
        uint16_t op = procedure->ops[count].op;
        if (op == CFA_ADVANCE || op == CFA_REMEMBER || op == CFA_RESTORE_STATE || op == CFA_ESCAPE)
            break;
        count++;
    }
    return count;
}

static bool begins_like(const struct cfi_procedure *procedure, const struct cfi_common *common)
{
    const struct cfi_procedure *first = common->first;
    if (procedure->return_column != first->return_column ||
        procedure->is_signal != first->is_signal || procedure->count < common->count)
        return false;
    for (size_t i = 0; i < common->count; i++) {
        const struct cfi_op *one = &procedure->ops[i], *other = &first->ops[i];
        if (one->op != other->op || one->reg != other->reg || one->other != other->other ||
            one->offset != other->offset)
            return false;
    }
    return true;
}

/* Ends an entry: its length is filled in, after nops up to the alignment. */
static void end_entry(struct as *as, size_t length_at, unsigned align)
{
    while (as->section->count % align)
        lines_put(as, CFA_NOP, 1);
    lines_fill(as->section, length_at, as->section->count - length_at - 4, 4);
}

static struct cfi_common *put_common(struct as *as, const struct cfi_procedure *procedure,
                                     bool is_debug)
{
    enum { VERSION_DEBUG = 3, VERSION_UNWINDING = 3, PC_RELATIVE_4 = 0x1b };
    struct cfi_common *common = arena_alloc(&as->arena, sizeof *common);
    *common = (struct cfi_common){.first = procedure, .count = count_initial(procedure)};
    size_t length_at = as->section->count;
    common->label = symbol_here(as, ".L0 ");
    lines_put(as, 0, 4);
    lines_put(as, is_debug ? UINT32_MAX : 0, 4);
    lines_put(as, is_debug ? VERSION_DEBUG : VERSION_UNWINDING, 1);
    if (!is_debug)
        memcpy(section_more(as, 2), "zR", 2);
    if (procedure->is_signal)
        lines_put(as, 'S', 1);
    lines_put(as, 0, 1);
    lines_put_uleb(as, 1);
    lines_put_sleb(as, DATA_ALIGN);
    lines_put_uleb(as, procedure->return_column);
    if (!is_debug) {
        lines_put_uleb(as, 1);
        lines_put(as, PC_RELATIVE_4, 1);
    }
    for (size_t i = 0; i < common->count; i++)
        put_op(as, &procedure->ops[i]);
    end_entry(as, length_at, is_debug ? 8 : 4);
    return common;
}

static void put_procedure(struct as *as, const struct cfi_procedure *procedure,
                          const struct cfi_common *common, bool is_debug)
{
    size_t length_at = as->section->count;
    lines_put(as, 0, 4);
    if (is_debug) {
        lines_put_address(as, common->label, 0, 4);
        lines_put_address(as, procedure->start, 0, 8);
        lines_put_distance(as, procedure->end, procedure->start, 8);
    } else {
        uint64_t here = as->section->count;
        lines_put(as, here - symbol_address(common->label), 4);
        lines_put_distance(as, procedure->start, symbol_here(as, ".L0 "), 4);
        lines_put_distance(as, procedure->end, procedure->start, 4);
        lines_put_uleb(as, 0);
    }
    for (size_t i = common->count; i < procedure->count; i++)
        put_op(as, &procedure->ops[i]);
    bool is_last = !procedure->next;
    end_entry(as, length_at, is_debug || is_last ? 8 : 4);
}

static void put_section(struct as *as, bool is_debug)
{
    struct cfi_common *commons = NULL;
    struct section *section =
        is_debug ? lines_section(as, ".debug_frame", 0) : lines_section(as, ".eh_frame", SHF_ALLOC);
    section->align = 3;
    for (struct cfi_procedure *each = as->cfi->procedures; each; each = each->next) {
        struct cfi_common *common = commons;
        while (common && !begins_like(each, common))
            common = common->next;
        if (!common) {
            common = put_common(as, each, is_debug);
            common->next = commons;
            commons = common;
        }
        put_procedure(as, each, common, is_debug);
    }
}

void cfi_check(struct as *as)
{
    if (as->cfi && as->cfi->open)
        as_error_at(as, as->cfi->open->start->place, "this procedure has no .cfi_endproc");
}

void cfi_finish(struct as *as)
{
    if (!as->cfi || !as->cfi->procedures)
        return;
    if (as->cfi->for_unwinding)
        put_section(as, false);
    if (as->cfi->for_debug)
        put_section(as, true);
}

void cfi_free(struct as *as)
{
    for (struct cfi_procedure *each = as->cfi ? as->cfi->procedures : NULL; each; each = each->next)
        free(each->ops);
}
