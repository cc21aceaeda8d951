/* Call frame information is written after the layout of the code, which says how far apart the
 * places are that it speaks of. */
#include <elf.h>
#include <stdio.h>
#include <string.h>

#include "cfi_parts.h"

enum { PC_RELATIVE = 0x10, PC_RELATIVE_4 = 0x1b }; /* encodings of pointers */

/* What begins alike in several procedures is said once. */
struct cfi_common {
    const struct cfi_procedure *first;
    size_t count; /* of its operations */
    struct symbol *label;
    struct cfi_common *next;
};
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

static bool is_same_pointer(const struct cfi_pointer *one, const struct cfi_pointer *other)
{
    return one->is_given == other->is_given && one->encoding == other->encoding &&
           one->expr.add == other->expr.add && one->expr.number == other->expr.number;
}

static bool begins_like(const struct cfi_procedure *procedure, const struct cfi_common *common)
{
    const struct cfi_procedure *first = common->first;
    if (procedure->return_column != first->return_column ||
        procedure->is_signal != first->is_signal || procedure->count < common->count ||
        !is_same_pointer(&procedure->personality, &first->personality) ||
        procedure->lsda.is_given != first->lsda.is_given ||
        procedure->lsda.encoding != first->lsda.encoding)
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

unsigned cfi_pointer_size(uint8_t encoding)
{
    static const uint8_t sizes[8] = {8, 0, 2, 4, 8, 0, 0, 0};
    return (encoding & 0x70) > PC_RELATIVE ? 0 : sizes[encoding & 7];
}

static void put_pointer(struct as *as, const struct cfi_pointer *pointer)
{
    unsigned size = cfi_pointer_size(pointer->encoding);
    struct expr expr = pointer->expr;
    if (pointer->encoding & PC_RELATIVE) {
        expr.kind = EXPR_DIFFERENCE;
        expr.sub = symbol_here(as, ".L0 ");
    }
    section_fixup(as, section_here(as), size == 8 ? R_RISCV_64 : R_RISCV_32, size, &expr);
    section_more(as, size);
}

/* What an entry for unwinding has besides: a letter for each thing, and the things. */
static void put_augmentation(struct as *as, const struct cfi_procedure *procedure)
{
    bool has_personality = procedure->personality.is_given, has_lsda = procedure->lsda.is_given;
    uint64_t size = 1 + has_lsda;
    if (has_personality)
        size += 1 + cfi_pointer_size(procedure->personality.encoding);
    lines_put_uleb(as, size);
    if (has_personality) {
        lines_put(as, procedure->personality.encoding, 1);
        put_pointer(as, &procedure->personality);
    }
    if (has_lsda)
        lines_put(as, procedure->lsda.encoding, 1);
    lines_put(as, PC_RELATIVE_4, 1);
}

static struct cfi_common *put_common(struct as *as, const struct cfi_procedure *procedure,
                                     bool is_debug)
{
    enum { VERSION_DEBUG = 3, VERSION_UNWINDING = 3 };
    char letters[8];
    struct cfi_common *common = arena_alloc(&as->arena, sizeof *common);
    *common = (struct cfi_common){.first = procedure, .count = count_initial(procedure)};
    size_t length_at = as->section->count;
    common->label = symbol_here(as, ".L0 ");
    lines_put(as, 0, 4);
    lines_put(as, is_debug ? UINT32_MAX : 0, 4);
    lines_put(as, is_debug ? VERSION_DEBUG : VERSION_UNWINDING, 1);
    int size = snprintf(letters, sizeof letters, "%s%s%s%s%s", is_debug ? "" : "z",
                        !is_debug && procedure->personality.is_given ? "P" : "",
                        !is_debug && procedure->lsda.is_given ? "L" : "", is_debug ? "" : "R",
                        procedure->is_signal ? "S" : "");
    memcpy(section_more(as, (size_t)size + 1), letters, (size_t)size + 1);
    lines_put_uleb(as, 1);
    lines_put_sleb(as, DATA_ALIGN);
    lines_put_uleb(as, procedure->return_column);
    if (!is_debug)
        put_augmentation(as, procedure);
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
        lines_put_uleb(as,
                       procedure->lsda.is_given ? cfi_pointer_size(procedure->lsda.encoding) : 0);
        if (procedure->lsda.is_given)
            put_pointer(as, &procedure->lsda);
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

void cfi_finish(struct as *as)
{
    if (!as->cfi || !as->cfi->procedures)
        return;
    if (as->cfi->for_unwinding)
        put_section(as, false);
    if (as->cfi->for_debug)
        put_section(as, true);
}
