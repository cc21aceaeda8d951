/* .insn: an instruction by its fields, or by its bits, for what has no name. */
#include <elf.h>
#include <string.h>

#include "operand.h"

/* Names of major opcodes (ISA table 24.1), which may stand for their numbers. */
static const struct {
    const char *name;
    uint8_t opcode;
} opcodes[] = {
    {"C0", 0x00},       {"C1", 0x01},        {"C2", 0x02},       {"LOAD", 0x03},
    {"LOAD_FP", 0x07},  {"CUSTOM_0", 0x0b},  {"MISC_MEM", 0x0f}, {"OP_IMM", 0x13},
    {"AUIPC", 0x17},    {"OP_IMM_32", 0x1b}, {"STORE", 0x23},    {"STORE_FP", 0x27},
    {"CUSTOM_1", 0x2b}, {"AMO", 0x2f},       {"OP", 0x33},       {"LUI", 0x37},
    {"OP_32", 0x3b},    {"MADD", 0x43},      {"MSUB", 0x47},     {"NMSUB", 0x4b},
    {"NMADD", 0x4f},    {"OP_FP", 0x53},     {"OP_V", 0x57},     {"CUSTOM_2", 0x5b},
    {"BRANCH", 0x63},   {"JALR", 0x67},      {"JAL", 0x6f},      {"SYSTEM", 0x73},
    {"CUSTOM_3", 0x7b},
};

/* The formats. `like` is an instruction whose operands are where this format has them. In
 * `operands`, o is the opcode, 2 to 7 a funct of so many bits, d s t r registers, i an immediate, m
 * an offset and a register in parentheses, u an upper immediate, b and j targets. */
static const struct shape {
    const char *name, *operands;
    uint16_t like;
} shapes[] = {
    {"r", "o37dst", INSN_add}, {"r", "o32dstr", INSN_fmadd_s}, {"r4", "o32dstr", INSN_fmadd_s},
    {"i", "o3dsi", INSN_addi}, {"i", "o3dm", INSN_addi},       {"s", "o3tm", INSN_sw},
    {"b", "o3stb", INSN_beq},  {"sb", "o3stb", INSN_beq},      {"u", "odu", INSN_lui},
    {"j", "odj", INSN_jal},    {"uj", "odj", INSN_jal},        {"cr", "o4dt", INSN_ILLEGAL},
};

static bool read_field(struct as *as, unsigned bits, uint32_t *value)
{
    int64_t number;
    scan_spaces(as);
    const char *at = as->at;
    if (!expr_number(as, &number))
        return false;
    *value = (uint32_t)number;
    if (number >= 0 && number >> bits == 0)
        return true;
    as_error(as, at, "this field has %u bits", bits);
    return false;
}

static bool read_opcode(struct as *as, uint32_t *opcode)
{
    struct text name;
    scan_spaces(as);
    const char *at = as->at;
    if (!scan_name(as, &name))
        return read_field(as, 7, opcode);
    for (size_t i = 0; i < sizeof opcodes / sizeof *opcodes; i++)
        if (text_is(name, opcodes[i].name)) {
            *opcode = opcodes[i].opcode;
            return true;
        }
    as->at = at;
    return read_field(as, 7, opcode);
}

/* The fields that are not operands: their bits, and which bits they are. */
struct fixed {
    uint32_t bits, mask;
};

static void set_fixed(struct fixed *fixed, uint32_t value, unsigned at, unsigned bits)
{
    fixed->bits |= value << at;
    fixed->mask |= ((UINT32_C(1) << bits) - 1) << at;
}

static bool read_one(struct as *as, char kind, struct operands *operands, struct fixed *fixed)
{
    static const uint8_t places[] = {['2'] = 25, ['3'] = 12, ['4'] = 12, ['7'] = 25};
    struct insn *insn = &operands->insn;
    uint32_t value;
    switch (kind) {
    case 'o':
        if (!read_opcode(as, &value))
            return false;
        set_fixed(fixed, value, 0, 7);
        return true;
    case '2':
    case '3':
    case '4':
    case '7':
        if (!read_field(as, (unsigned)(kind - '0'), &value))
            return false;
        set_fixed(fixed, value, places[(unsigned char)kind], (unsigned)(kind - '0'));
        return true;
    case 'd':
        return operands_read_register(as, &insn->rd);
    case 's':
        return operands_read_register(as, &insn->rs1);
    case 't':
        return operands_read_register(as, &insn->rs2);
    case 'r':
        return operands_read_register(as, &insn->rs3);
    case 'm':
        return operands_read_one(as, OPERAND_OFFSET, operands) && scan_char(as, '(') &&
               operands_read_register(as, &insn->rs1) && scan_char(as, ')');
    case 'i':
        return operands_read_one(as, OPERAND_IMM, operands);
    case 'u':
        return operands_read_one(as, OPERAND_UIMM20, operands);
    default:
        return operands_read_one(as, OPERAND_TARGET, operands);
    }
}

static bool read_shape(struct as *as, const struct shape *shape, struct operands *operands,
                       struct fixed *fixed)
{
    *operands = (struct operands){.insn = {.id = shape->like}, .reloc = R_RISCV_NONE};
    *fixed = (struct fixed){0, 0};
    for (const char *kind = shape->operands; *kind; kind++) {
        if (kind > shape->operands && !scan_char(as, ',')) {
            as_error(as, as->at, "an operand is missing here");
            return false;
        }
        if (!read_one(as, *kind, operands, fixed))
            return false;
    }
    if (scan_end(as))
        return true;
    as_error(as, as->at, "there is more here than .insn %s takes", shape->name);
    return false;
}

static void emit_shape(struct as *as, const struct shape *shape, const struct operands *operands,
                       const struct fixed *fixed)
{
    const struct insn *insn = &operands->insn;
    insn_begin(as);
    if (shape->like == INSN_ILLEGAL) { /* cr: registers in 11:7 and 6:2, funct4 in 15:12 */
        insn_emit_word(
            as, (fixed->bits & 0xf003) | (uint32_t)insn->rd << 7 | (uint32_t)insn->rs2 << 2, 2);
        return;
    }
    uint32_t word = insn_encode(insn) & ~(insn_table[insn->id].mask | fixed->mask);
    struct insn means = insn_decode(word | fixed->bits, ~(isa_t)0);
    bool is_branch = operands->reloc != R_RISCV_NONE && means.id != INSN_ILLEGAL &&
                     insn_table[means.id].format == insn_table[insn->id].format;
    if (is_branch) {
        struct frag *frag = section_tail(as, TAIL_BRANCH);
        frag->insn = means;
        frag->expr = operands->expr;
        return;
    }
    if (operands->reloc != R_RISCV_NONE)
        section_fixup(as, section_here(as), operands->reloc, 4, &operands->expr);
    insn_emit_word(as, word | fixed->bits, 4);
}

/* .insn BITS, or .insn LENGTH, BITS */
static void emit_bits(struct as *as)
{
    int64_t first, second;
    scan_spaces(as);
    const char *at = as->at;
    if (!expr_number(as, &first))
        return;
    bool has_length = scan_char(as, ',');
    if (has_length && !expr_number(as, &second))
        return;
    uint64_t bits = (uint64_t)(has_length ? second : first);
    unsigned length = insn_is_long((uint32_t)bits) ? 4 : 2;
    if ((has_length && first != length) || bits >> 8 * length)
        as_error(as, at, "these bits say that they are %u bytes", length);
    else {
        insn_begin(as);
        insn_emit_word(as, (uint32_t)bits, length);
    }
}

void insn_directive(struct as *as)
{
    struct operands operands;
    struct fixed fixed;
    struct text name;
    bool is_known = false;
    scan_spaces(as);
    if (!section_check(as, "an instruction"))
        return;
    if (!scan_name(as, &name)) {
        emit_bits(as);
        return;
    }
    const char *after = as->at;
    as->is_trial = true;
    as->trial_at = NULL;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (!text_is(name, shapes[i].name))
            continue;
        is_known = true;
        as->at = after;
        if (read_shape(as, &shapes[i], &operands, &fixed)) {
            as->is_trial = false;
            emit_shape(as, &shapes[i], &operands, &fixed);
            return;
        }
    }
    as->is_trial = false;
    if (is_known && as->trial_at)
        as_error(as, as->trial_at, "%s", as->trial_text);
    else
        as_error(as, name.at,
                 "no format is called %.*s; they are r, r4, i, s, b, u, j and cr, and "
                 "bits can stand for any",
                 (int)name.size, name.at);
}
