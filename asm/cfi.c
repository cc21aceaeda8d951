/* Call frame information (DWARF 5, 6.4): .cfi_* directives, for debuggers in .debug_frame, for
 * unwinding in .eh_frame. */
#include "cfi.h"

#include <stdlib.h>
#include <string.h>

#include "cfi_parts.h"
#include "csr_names.h"

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

/* ENCODING [, EXPRESSION]; 0xff says that there is none. */
static void read_pointer(struct as *as, struct cfi_pointer *pointer)
{
    enum { OMITTED = 0xff };
    int64_t encoding;
    scan_spaces(as);
    const char *at = as->at;
    *pointer = (struct cfi_pointer){0};
    if (!expr_number(as, &encoding) || encoding == OMITTED || !read_comma(as) ||
        !expr_parse(as, &pointer->expr))
        return;
    pointer->encoding = (uint8_t)encoding;
    pointer->is_given = cfi_pointer_size((uint8_t)encoding) && encoding >> 8 == 0;
    if (!pointer->is_given)
        as_error(as, at, "no pointer is encoded like this");
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
    case CFI_PERSONALITY:
        read_pointer(as, &procedure->personality);
        break;
    case CFI_LSDA:
        read_pointer(as, &procedure->lsda);
        break;
    }
}

void cfi_check(struct as *as)
{
    if (as->cfi && as->cfi->open)
        as_error_at(as, as->cfi->open->start->place, "this procedure has no .cfi_endproc");
}

void cfi_free(struct as *as)
{
    for (struct cfi_procedure *each = as->cfi ? as->cfi->procedures : NULL; each; each = each->next)
        free(each->ops);
}
