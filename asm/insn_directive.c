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
    {"j", "odj", INSN_jal},    {"uj", "odj", INSN_jal},
};

/* The formats of 16 bits (ISA table 16.1). In `operands`, o is the opcode, 2 to 6 a funct of so
 * many bits, D and T any register, d and t one of x8 to x15, i a signed immediate, u 8 and y 6 bits
 * of an unsigned one, m 5 and a register in parentheses, b and j targets. */
static const struct {
    const char *name, *operands;
} short_shapes[] = {
    {"cr", "o4DT"}, {"ci", "o3Di"}, {"ciw", "o3tu"}, {"css", "o3Ty"}, {"cl", "o3tm"},
    {"cs", "o3tm"}, {"cb", "o3db"}, {"ca", "o62dt"}, {"cj", "o3j"},
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

static bool read_opcode(struct as *as, unsigned bits, uint32_t *opcode)
{
    struct text name;
    scan_spaces(as);
    const char *at = as->at;
    if (!scan_name(as, &name))
        return read_field(as, bits, opcode);
    for (size_t i = 0; i < sizeof opcodes / sizeof *opcodes; i++)
        if (text_is(name, opcodes[i].name) && opcodes[i].opcode >> bits == 0) {
            *opcode = opcodes[i].opcode;
            return true;
        }
    as->at = at;
    return read_field(as, bits, opcode);
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
    static const uint8_t places[] = {['2'] = 25, ['3'] = 12, ['7'] = 25};
    struct insn *insn = &operands->insn;
    uint32_t value;
    switch (kind) {
    case 'o':
        if (!read_opcode(as, 7, &value))
            return false;
        set_fixed(fixed, value, 0, 7);
        return true;
    case '2':
    case '3':
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

static void emit_shape(struct as *as, const struct operands *operands, const struct fixed *fixed)
{
    const struct insn *insn = &operands->insn;
    insn_begin(as);
    uint32_t word = insn_encode(insn) & ~(insn_table[insn->id].mask | fixed->mask);
    struct insn means = insn_decode(word | fixed->bits, ~(isa_t)0);
    bool is_target = operands->reloc == R_RISCV_BRANCH || operands->reloc == R_RISCV_JAL;
    bool is_branch =
        means.id != INSN_ILLEGAL && insn_table[means.id].format == insn_table[insn->id].format;
    if (is_target && is_branch) {
        struct frag *frag = section_tail(as, TAIL_BRANCH);
        frag->insn = means;
        frag->expr = operands->expr;
        return;
    }
    if (operands->reloc != R_RISCV_NONE)
        section_fixup(as, section_here(as), operands->reloc, 4, &operands->expr);
    insn_emit_word(as, word | fixed->bits, 4);
}

/* A register into its place; of those of three bits, x8 to x15. */
static bool read_short_register(struct as *as, unsigned place, bool is_any, uint32_t *word)
{
    uint8_t number;
    scan_spaces(as);
    const char *at = as->at;
    if (!operands_read_register(as, &number))
        return false;
    if (is_any || number >> 3 == 1) {
        *word |= (uint32_t)(is_any ? number : number & 7) << place;
        return true;
    }
    as_error(as, at, "only x8 to x15 have a number in this field");
    return false;
}

static bool read_short_signed(struct as *as, uint32_t *word)
{
    int64_t number;
    scan_spaces(as);
    const char *at = as->at;
    if (!expr_number(as, &number))
        return false;
    *word |= ((uint32_t)number & 31) << 2 | ((uint32_t)number >> 5 & 1) << 12;
    if (number >= -32 && number <= 31)
        return true;
    as_error(as, at, "immediate %lld is out of range: it goes from -32 to 31", (long long)number);
    return false;
}

/* An offset of five bits, in 12:10 and 6:5, and a register in parentheses. */
static bool read_short_address(struct as *as, uint32_t *word)
{
    uint32_t offset;
    if (!read_field(as, 5, &offset))
        return false;
    *word |= (offset & 3) << 5 | offset >> 2 << 10;
    if (scan_char(as, '(') && read_short_register(as, 7, false, word) && scan_char(as, ')'))
        return true;
    as_error(as, as->at, "a register in parentheses is needed here");
    return false;
}

static bool read_short_one(struct as *as, char kind, uint32_t *word, struct operands *operands)
{
    uint32_t value = 0;
    unsigned bits = (unsigned)(kind - '0');
    switch (kind) {
    case 'o':
        if (!read_opcode(as, 2, &value))
            return false;
        *word |= value;
        return true;
    case 'D':
    case 'd':
        return read_short_register(as, 7, kind == 'D', word);
    case 'T':
    case 't':
        return read_short_register(as, 2, kind == 'T', word);
    case 'i':
        return read_short_signed(as, word);
    case 'm':
        return read_short_address(as, word);
    case 'u':
    case 'y':
        if (!read_field(as, kind == 'u' ? 8 : 6, &value))
            return false;
        *word |= value << (kind == 'u' ? 5 : 7);
        return true;
    case 'b':
    case 'j':
        operands->insn.id = kind == 'j' ? INSN_jal : INSN_beq;
        return operands_read_one(as, OPERAND_TARGET, operands);
    default:
        if (!read_field(as, bits, &value))
            return false;
        *word |= value << (kind == '2' ? 5 : 16 - bits);
        return true;
    }
}

/* A branch that is one of compressed.def's grows where it must; one of somebody's own cannot. */
static void emit_short(struct as *as, uint32_t word, const struct operands *operands)
{
    struct insn means = insn_decode(word, ~(isa_t)0);
    insn_begin(as);
    if (operands->reloc == R_RISCV_NONE) {
        insn_emit_word(as, word, 2);
    } else if (means.id == INSN_beq || means.id == INSN_bne || means.id == INSN_jal) {
        struct frag *frag = section_tail(as, TAIL_BRANCH);
        frag->insn = means;
        frag->expr = operands->expr;
        frag->is_rvc = true;
    } else {
        bool is_jump = operands->reloc == R_RISCV_JAL;
        section_fixup(as, section_here(as), is_jump ? R_RISCV_RVC_JUMP : R_RISCV_RVC_BRANCH, 2,
                      &operands->expr);
        insn_emit_word(as, word, 2);
    }
}

/* An instruction of 16 bits by its fields. False: no short format has this name. */
static bool short_directive(struct as *as, struct text name)
{
    const char *kind = NULL;
    struct operands operands = {.reloc = R_RISCV_NONE};
    uint32_t word = 0;
    for (size_t i = 0; i < sizeof short_shapes / sizeof *short_shapes; i++)
        if (text_is(name, short_shapes[i].name))
            kind = short_shapes[i].operands;
    if (!kind)
        return false;
    for (bool is_first = true; *kind; kind++, is_first = false) {
        if (!is_first && !scan_char(as, ',')) {
            as_error(as, as->at, "an operand is missing here");
            return true;
        }
        if (!read_short_one(as, *kind, &word, &operands))
            return true;
    }
    if (insn_is_long(word))
        as_error(as, name.at, "an opcode of 3 begins an instruction of 32 bits");
    else
        emit_short(as, word, &operands);
    return true;
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
    if (short_directive(as, name))
        return;
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
            emit_shape(as, &operands, &fixed);
            return;
        }
    }
    as->is_trial = false;
    if (is_known && as->trial_at)
        as_error(as, as->trial_at, "%s", as->trial_text);
    else
        as_error(
            as, name.at,
            "no format is called %.*s; they are r, r4, i, s, b, u, j, cr, ci, ciw, css, cl, cs, "
            "ca, cb and cj, and bits can stand for any",
            (int)name.size, name.at);
}
