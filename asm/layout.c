/* Layout: sizes of tails, and with them addresses. Sizes depend on addresses and these on sizes, so
 * it goes on until nothing changes, in the order in which GNU as does, to come to the same end. */
#include <inttypes.h>
#include <string.h>

#include "as.h"

enum { MOST_PASSES = 1000 };

#define JUMP16_REACH 0x1000u /* bytes, both ways together (ISA table 16.5) */
#define BRANCH16_REACH 0x200u
#define BRANCH_REACH 0x2000u

static bool is_jump(const struct frag *frag)
{
    return frag->insn.id == INSN_jal;
}

/* What a branch takes when its target is where it is believed to be now. A jump is always in range
 * of the linker's eye; a branch that is not becomes one over a jump. */
static uint64_t branch_size(const struct frag *frag)
{
    const struct symbol *target = frag->expr.add;
    uint64_t size = is_jump(frag) ? 4 : 8;
    bool is_known =
        frag->expr.kind == EXPR_SYMBOL && target->section == frag->section && target->bind != 2;
    if (!is_known)
        return size;
    uint64_t distance =
        symbol_address(target) + (uint64_t)frag->expr.number - (frag->address + frag->fixed);
    uint64_t reach = is_jump(frag) ? JUMP16_REACH : BRANCH16_REACH;
    if (frag->is_rvc && distance + reach / 2 < reach)
        return 2;
    if (distance + BRANCH_REACH / 2 < BRANCH_REACH)
        return 4;
    return !is_jump(frag) && frag->is_rvc ? 6 : size;
}

static uint64_t align_size(const struct frag *frag)
{
    uint64_t end = frag->address + frag->fixed, mask = ((uint64_t)1 << frag->align) - 1;
    uint64_t size = (0 - end) & mask;
    return frag->most && size > frag->most ? 0 : size;
}

/* Where .org goes, or how much .space takes, if it can be said. */
static uint64_t wanted_size(struct as *as, const struct frag *frag)
{
    struct expr value;
    if (!expr_final(as, &frag->expr, frag->place, &value))
        return 0;
    if (frag->kind == TAIL_SPACE)
        return value.kind == EXPR_NUMBER && value.number > 0
                   ? (uint64_t)value.number * frag->fill_size
                   : 0;
    uint64_t target = (uint64_t)value.number;
    if (value.kind == EXPR_SYMBOL && value.add->section == frag->section)
        target += symbol_address(value.add);
    uint64_t end = frag->address + frag->fixed;
    return target > end ? target - end : 0;
}

static uint64_t tail_size(struct as *as, const struct frag *frag)
{
    switch (frag->kind) {
    case TAIL_NONE:
    case TAIL_CFA:
        return frag->tail;
    case TAIL_ALIGN:
        return align_size(frag);
    case TAIL_BRANCH:
        return branch_size(frag);
    case TAIL_ORG:
    case TAIL_SPACE:
        return wanted_size(as, frag);
    }
    return 0;
}

/* The first pass: addresses in order, forward targets still at the section's beginning. */
static void estimate(struct as *as, struct section *section)
{
    uint64_t address = 0;
    for (struct frag *frag = section->first; frag; frag = frag->next) {
        frag->address = address;
        if (frag->kind == TAIL_ALIGN || frag->kind == TAIL_BRANCH)
            frag->tail = tail_size(as, frag);
        address += frag->fixed + frag->tail;
    }
}

/* True when a size changed. */
static bool pass(struct as *as, struct section *section)
{
    uint64_t stretch = 0;
    bool changed = false;
    for (struct frag *frag = section->first; frag; frag = frag->next) {
        frag->address += stretch;
        uint64_t size = frag->kind == TAIL_NONE ? 0 : tail_size(as, frag);
        if (frag->kind == TAIL_CFA)
            size = frag->tail;
        stretch += size - frag->tail;
        changed |= size != frag->tail;
        frag->tail = size;
    }
    return changed;
}

static void check_org(struct as *as, const struct frag *frag)
{
    struct expr value;
    if (!expr_final(as, &frag->expr, frag->place, &value))
        return;
    bool is_here = value.kind == EXPR_NUMBER ||
                   (value.kind == EXPR_SYMBOL && value.add->section == frag->section);
    if (!is_here) {
        as_error_at(as, frag->place, "%s needs a number, or a place in this section",
                    frag->kind == TAIL_ORG ? ".org" : ".space");
        return;
    }
    uint64_t target = (uint64_t)value.number;
    if (value.kind == EXPR_SYMBOL)
        target += symbol_address(value.add);
    uint64_t end = frag->address + frag->fixed;
    if (frag->kind == TAIL_ORG && target < end)
        as_error_at(as, frag->place, ".org goes back, from 0x%" PRIx64 " to 0x%" PRIx64, end,
                    target);
}

static void lay_out(struct as *as, struct section *section)
{
    int passes = 0;
    estimate(as, section);
    while (pass(as, section) && !as->errors)
        if (++passes == MOST_PASSES) {
            as_error_at(as, section->first->place, "the layout of %s comes to no end",
                        section->name);
            return;
        }
    for (struct frag *frag = section->first; frag; frag = frag->next)
        if (frag->kind == TAIL_ORG || frag->kind == TAIL_SPACE)
            check_org(as, frag);
    section->size = section->last->address + section->last->fixed;
}

/* Of mapping symbols at one address the last says what follows; one at the end says nothing. */
static void settle_marks(struct section *section)
{
    struct mark *before = NULL;
    for (size_t i = 0; i < section->mark_count; i++) {
        struct mark *mark = &section->marks[i];
        if (mark->is_gone)
            continue;
        uint64_t address = mark->frag->address + mark->offset;
        mark->is_gone = address >= section->size;
        if (before && before->frag->address + before->offset == address) {
            bool says_more = strlen(before->name) > 2 && strcmp(mark->name, "$x") == 0;
            (says_more ? mark : before)->is_gone = true;
            if (says_more)
                continue;
        }
        before = mark;
    }
}

/* An odd number of bytes before nops is no code; what was marked as such begins a byte later. */
static void mark_odd_padding(struct section *section, const struct frag *frag)
{
    struct mark data = {.frag = frag, .offset = frag->fixed, .name = "$d"}, code = {0};
    size_t at = section->mark_count;
    for (size_t i = 0; i < section->mark_count; i++)
        if (!section->marks[i].is_gone && section->marks[i].frag == frag &&
            section->marks[i].offset == frag->fixed)
            at = i;
    section->marks = array_grow(section->marks, section->mark_count, &section->mark_room,
                                sizeof *section->marks);
    if (at == section->mark_count) {
        section->marks[section->mark_count++] = data;
        return;
    }
    code = section->marks[at];
    code.offset++;
    memmove(&section->marks[at + 1], &section->marks[at],
            (section->mark_count++ - at) * sizeof *section->marks);
    section->marks[at] = data;
    section->marks[at + 1] = code;
}

/* Code ends where the section's alignment says, so that nops fill what is left. */
static void end_section(struct as *as, struct section *section)
{
    if (!section_is_code(section) || !section->align)
        return;
    as->section = section;
    section_mark(as, 'x', true);
    struct frag *frag = section_tail(as, TAIL_ALIGN);
    frag->align = section->align;
    frag->is_code = true;
    frag->is_end = true;
}

static void lay_out_marked(struct as *as, struct section *section)
{
    end_section(as, section);
    lay_out(as, section);
    for (struct frag *frag = section->first; frag && !as->mode.relax; frag = frag->next)
        if (frag->kind == TAIL_ALIGN && frag->is_code && frag->tail % 2)
            mark_odd_padding(section, frag);
    settle_marks(section);
}

void layout_run(struct as *as)
{
    for (struct section *section = as->sections; section; section = section->next)
        lay_out_marked(as, section);
    symbol_settle_all(as);
}

void layout_again(struct as *as)
{
    for (struct section *section = as->sections; section; section = section->next)
        if (!section_is_code(section))
            lay_out(as, section);
}
