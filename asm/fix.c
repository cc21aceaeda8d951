/* After the layout: what is known is written, and what is not becomes relocations. The bytes under
 * a relocation hold what GNU as leaves there. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "as.h"
#include "pieces.h"

static void put_bytes(uint8_t *at, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size && i < 8; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get_bytes(const uint8_t *at, unsigned size)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint32_t)at[i] << 8 * i;
    return value;
}

static void add_reloc(struct section *section, uint64_t offset, unsigned type,
                      struct symbol *symbol, int64_t addend)
{
    section->relocs = array_grow(section->relocs, section->reloc_count, &section->reloc_room,
                                 sizeof *section->relocs);
    section->relocs[section->reloc_count++] =
        (struct reloc){.offset = offset, .type = type, .symbol = symbol, .addend = addend};
    if (symbol)
        symbol->is_reloc_target = true;
}

/* The immediate bits of a word for an instruction of its kind. */
static uint32_t with_immediate(uint32_t word, int64_t imm)
{
    struct insn insn = insn_decode(word, ~(isa_t)0);
    if (insn.id == INSN_ILLEGAL)
        return word;
    insn.imm = imm;
    return insn.length == 2 ? insn_encode_compressed(insn_find_compressed(word), &insn)
                            : insn_encode(&insn);
}

static void patch(uint8_t *at, int64_t imm)
{
    put_bytes(at, with_immediate(get_bytes(at, 4), imm), 4);
}

/* The upper 20 bits, so that the lower 12 with their sign make the value. */
static int64_t upper_part(int64_t value)
{
    return sign_extend((uint32_t)((uint64_t)value + 0x800) & 0xfffff000, 32);
}

static bool is_tls(unsigned type)
{
    return (type >= R_RISCV_TPREL_HI20 && type <= R_RISCV_TPREL_ADD) ||
           type == R_RISCV_TLS_GOT_HI20 || type == R_RISCV_TLS_GD_HI20 ||
           type == R_RISCV_TLS_DTPREL32 || type == R_RISCV_TLS_DTPREL64;
}

/* Whether the linker may shorten what this relocates; PC-relative pairs by the mode at the end. */
static bool is_relaxable(const struct as *as, unsigned type)
{
    switch (type) {
    case R_RISCV_HI20:
    case R_RISCV_LO12_I:
    case R_RISCV_LO12_S:
    case R_RISCV_TPREL_HI20:
    case R_RISCV_TPREL_LO12_I:
    case R_RISCV_TPREL_LO12_S:
    case R_RISCV_TPREL_ADD:
    case R_RISCV_CALL_PLT:
        return true;
    case R_RISCV_PCREL_HI20:
    case R_RISCV_PCREL_LO12_I:
    case R_RISCV_PCREL_LO12_S:
        return as->mode.relax;
    default:
        return false;
    }
}

/* A relocation in an instruction. */
static void fix_insn(struct as *as, struct section *section, const struct fixup *fixup,
                     const struct expr *value, uint64_t offset)
{
    uint8_t *at = section->bytes + offset;
    struct symbol *symbol = value->kind == EXPR_NUMBER ? NULL : value->add;
    bool is_upper = fixup->type == R_RISCV_HI20;
    bool is_lower = fixup->type == R_RISCV_LO12_I || fixup->type == R_RISCV_LO12_S;
    if (is_upper)
        patch(at, upper_part(value->number));
    if (is_lower)
        patch(at, sign_extend((uint32_t)value->number & 0xfff, 12));
    if (!symbol && (is_upper || is_lower))
        return;
    if (is_tls(fixup->type) && symbol)
        symbol->type = STT_TLS;
    add_reloc(section, offset, fixup->type, symbol, value->number);
    if (symbol && fixup->relaxes && is_relaxable(as, fixup->type))
        add_reloc(section, offset, R_RISCV_RELAX, NULL, value->number);
}

/* Differences in data: of places in one section without code they are known; else the linker adds
 * and subtracts, because code may move. */
static void fix_difference(struct as *as, struct section *section, const struct fixup *fixup,
                           struct expr *value, uint64_t offset)
{
    static const struct {
        uint8_t size;
        uint16_t add, sub;
    } pairs[] = {{1, R_RISCV_ADD8, R_RISCV_SUB8},
                 {2, R_RISCV_ADD16, R_RISCV_SUB16},
                 {4, R_RISCV_ADD32, R_RISCV_SUB32},
                 {8, R_RISCV_ADD64, R_RISCV_SUB64}};
    const struct section *home = value->add->section;
    if (home && home == value->sub->section && !(home->flags & SHF_EXECINSTR)) {
        uint64_t number =
            (uint64_t)value->number + symbol_address(value->add) - symbol_address(value->sub);
        put_bytes(section->bytes + offset, number, fixup->size);
        return;
    }
    bool is_from_here = value->sub->section == section && fixup->size == 4 &&
                        strcmp(section->name, ".eh_frame") == 0 &&
                        symbol_address(value->sub) == offset;
    if (is_from_here) {
        add_reloc(section, offset, R_RISCV_32_PCREL, value->add, value->number);
        return;
    }
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].size == fixup->size) {
            add_reloc(section, offset, pairs[i].add, value->add, value->number);
            add_reloc(section, offset, pairs[i].sub, value->sub, 0);
            return;
        }
    as_error_at(as, fixup->place, "a difference of symbols does not fit %u bytes", fixup->size);
}

static void fix_data(struct as *as, struct section *section, const struct fixup *fixup,
                     struct expr *value, uint64_t offset)
{
    if (section->type == SHT_NOBITS) {
        as_error_at(as, fixup->place, "%s holds zeros only", section->name);
    } else if (value->kind == EXPR_NUMBER) {
        put_bytes(section->bytes + offset, (uint64_t)value->number, fixup->size);
    } else if (value->kind == EXPR_DIFFERENCE) {
        fix_difference(as, section, fixup, value, offset);
    } else if (fixup->size < 4) {
        as_error_at(as, fixup->place, "an address does not fit %u bytes", fixup->size);
    } else {
        if (is_tls(fixup->type))
            value->add->type = STT_TLS;
        add_reloc(section, offset, fixup->type, value->add, value->number);
    }
}

/* A way through code in call frame information: its bytes hold it already. */
static void fix_advance(struct section *section, const struct fixup *fixup,
                        const struct expr *value, uint64_t offset)
{
    static const uint16_t subs[] = {R_RISCV_SUB6, R_RISCV_SUB8, R_RISCV_SUB16, R_RISCV_SUB32};
    if (value->kind != EXPR_DIFFERENCE)
        return;
    add_reloc(section, offset, fixup->type, value->add, value->number);
    add_reloc(section, offset, subs[fixup->type - R_RISCV_SET6], value->sub, 0);
}

static bool is_data(unsigned type)
{
    return type == R_RISCV_32 || type == R_RISCV_64 || type == R_RISCV_TLS_DTPREL32 ||
           type == R_RISCV_TLS_DTPREL64;
}

static void fix_one(struct as *as, struct section *section, const struct fixup *fixup)
{
    struct expr value;
    uint64_t offset = fixup->frag->address + fixup->offset;
    if (!expr_final(as, &fixup->expr, fixup->place, &value))
        return;
    if (fixup->type >= R_RISCV_SET6 && fixup->type <= R_RISCV_SET32)
        fix_advance(section, fixup, &value, offset);
    else if (fixup->type == R_RISCV_ALIGN)
        add_reloc(section, offset, R_RISCV_ALIGN, NULL, value.number);
    else if (is_data(fixup->type))
        fix_data(as, section, fixup, &value, offset);
    else if (value.kind == EXPR_DIFFERENCE)
        as_error_at(as, fixup->place, "an instruction cannot take a difference of symbols");
    else
        fix_insn(as, section, fixup, &value, offset);
}

/* One instruction of a branch: its bits with a distance that is right for now, and what tells the
 * linker to make it right. */
static void put_branch(struct section *section, uint64_t offset, uint32_t word, unsigned size,
                       unsigned type, const struct expr *target)
{
    struct symbol *symbol = target->kind == EXPR_NUMBER ? NULL : target->add;
    uint64_t address = symbol ? symbol_address(symbol) + (uint64_t)target->number : 0;
    if (symbol && symbol->section == NULL)
        address = (uint64_t)target->number;
    if (symbol)
        word = with_immediate(word, (int64_t)(address - offset));
    put_bytes(section->bytes + offset, word, size);
    add_reloc(section, offset, type, symbol, target->number);
}

static void fix_branch(struct as *as, struct section *section, struct frag *frag)
{
    struct expr target;
    struct insn insn = frag->insn;
    uint64_t offset = frag->address + frag->fixed;
    bool is_jump = insn.id == INSN_jal;
    if (!expr_final(as, &frag->expr, frag->place, &target))
        return;
    insn.imm = 0;
    if (frag->tail == 2) {
        put_branch(section, offset, insn_compress(&insn, RVC_ANY), 2,
                   is_jump ? R_RISCV_RVC_JUMP : R_RISCV_RVC_BRANCH, &target);
        return;
    }
    if (frag->tail == 4) {
        put_branch(section, offset, insn_encode(&insn), 4, is_jump ? R_RISCV_JAL : R_RISCV_BRANCH,
                   &target);
        return;
    }
    /* Too far for a branch: the opposite branch goes over a jump. Conditions come in pairs that
     * differ in the lowest bit of funct3. */
    struct insn opposite = insn_decode(insn_encode(&insn) ^ 0x1000, ~(isa_t)0);
    struct insn jump = {.id = INSN_jal};
    unsigned over = (unsigned)frag->tail - 4;
    opposite.imm = (int64_t)frag->tail;
    uint32_t word = over == 2 ? insn_compress(&opposite, RVC_ANY) : insn_encode(&opposite);
    put_bytes(section->bytes + offset, word, over);
    put_branch(section, offset + over, insn_encode(&jump), 4, R_RISCV_JAL, &target);
}

static void put_nops(uint8_t *at, uint64_t size)
{
    uint64_t i = size % 2;
    if ((size - i) % 4 == 2) {
        put_bytes(at + i, 0x0001, 2);
        i += 2;
    }
    for (; i < size; i += 4)
        put_bytes(at + i, 0x00000013, 4);
}

/* After the last code there are zeros where the linker relaxes, as GNU as has it. */
static void fill_tail(const struct as *as, const struct frag *frag, uint8_t *at)
{
    if (frag->kind == TAIL_ALIGN && frag->is_code && !(frag->is_end && as->mode.relax))
        put_nops(at, frag->tail);
    else if (frag->kind != TAIL_BRANCH)
        memset(at, (int)frag->fill, frag->tail);
}

/* Puts the fixed bytes where they go now, with tails between. */
static void spread(const struct as *as, struct section *section)
{
    uint8_t *bytes = calloc(1, section->size + 8);
    if (!bytes)
        abort();
    for (const struct frag *frag = section->first; frag; frag = frag->next) {
        if (frag->fixed)
            memcpy(bytes + frag->address, section->bytes + frag->start, frag->fixed);
        fill_tail(as, frag, bytes + frag->address + frag->fixed);
    }
    free(section->bytes);
    section->bytes = bytes;
    section->count = section->size;
}

static int compare_relocs(const void *a, const void *b)
{
    const struct reloc *one = a, *other = b;
    return one->offset < other->offset   ? -1
           : one->offset > other->offset ? 1
           : one->order < other->order   ? -1
                                         : 1;
}

static void sort_relocs(struct section *section)
{
    bool is_sorted = true;
    for (size_t i = 0; i < section->reloc_count; i++) {
        section->relocs[i].order = (uint32_t)i;
        is_sorted &= !i || section->relocs[i - 1].offset <= section->relocs[i].offset;
    }
    if (!is_sorted)
        qsort(section->relocs, section->reloc_count, sizeof *section->relocs, compare_relocs);
}

static void fix_section(struct as *as, struct section *section)
{
    if (section->type != SHT_NOBITS)
        spread(as, section);
    for (size_t i = 0; i < section->fixup_count; i++)
        fix_one(as, section, &section->fixups[i]);
    for (struct frag *frag = section->first; frag; frag = frag->next)
        if (frag->kind == TAIL_BRANCH)
            fix_branch(as, section, frag);
    sort_relocs(section);
}

void fix_run(struct as *as)
{
    for (struct section *section = as->sections; section; section = section->next)
        fix_section(as, section);
}
