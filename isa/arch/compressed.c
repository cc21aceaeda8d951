/* The compressed extension: 16-bit forms, decoded as the base instructions that they stand for, and
 * found for a base instruction.
 *
 * Each format says where registers and the immediate's scattered bits are; the rows of
 * compressed.def name the format. */
#include "insn.h"

#include "pieces.h"

enum rvc_format {
    RVC_CIW,
    RVC_CL_W,
    RVC_CL_D,
    RVC_CS_W,
    RVC_CS_D,
    RVC_CI,
    RVC_CI_NOP,
    RVC_CI_RD,
    RVC_CI_LI,
    RVC_CI_16SP,
    RVC_CI_LUI,
    RVC_CI_SH,
    RVC_CI_LWSP,
    RVC_CI_LDSP,
    RVC_CI_FLDSP,
    RVC_CB_SH,
    RVC_CB_IMM,
    RVC_CA,
    RVC_CJ,
    RVC_CB,
    RVC_CR,
    RVC_CR_MV,
    RVC_CR_JR,
    RVC_CR_JALR,
    RVC_CR_N,
    RVC_CSS_W,
    RVC_CSS_D,
};

const struct rvc_info rvc_table[RVC_COUNT] = {
#define RVC(name, format, match, mask, operands, expands)                                          \
    [RVC_##name] = {#name, operands, match, mask, RVC_##format, INSN_##expands},
#include "compressed.def"
};

/* Where a register stands: nowhere (x0), in bits 11:7 or 6:2, as one of x8 to x15 in bits 9:7 or
 * 4:2, or implied. */
enum place { NONE, FULL, RS2, HIGH, LOW, SP, RA };

/* What must not be zero: else the word is reserved, or a hint (ISA 16.8, tables 16.5 to 16.7). */
enum { RD_USED = 1, RS1_USED = 2, IMM_USED = 4, RD_HINT = 8, IMM_HINT = 16, ANY_IMM_HINT = 32 };

struct rvc_layout {
    uint8_t rd, rs1, rs2;
    uint8_t rules;
    uint8_t width; /* of the immediate where it is signed, else 0 */
    struct piece pieces[9];
};

/* clang-format off */
#define IMM6 {{12, 12, 5}, {6, 2, 0}}
#define WORD_OFFSET {{12, 10, 3}, {6, 6, 2}, {5, 5, 6}}
#define DOUBLE_OFFSET {{12, 10, 3}, {6, 5, 6}}
#define DOUBLE_SP_OFFSET {{12, 12, 5}, {6, 5, 3}, {4, 2, 6}}
#define NO_IMM {{0}}
static const struct rvc_layout layouts[] = {
    [RVC_CIW]      = {LOW,  SP,   NONE, IMM_USED,              0, {{12, 11, 4}, {10, 7, 6}, {6, 6, 2}, {5, 5, 3}}},
    [RVC_CL_W]     = {LOW,  HIGH, NONE, 0,                     0, WORD_OFFSET},
    [RVC_CL_D]     = {LOW,  HIGH, NONE, 0,                     0, DOUBLE_OFFSET},
    [RVC_CS_W]     = {NONE, HIGH, LOW,  0,                     0, WORD_OFFSET},
    [RVC_CS_D]     = {NONE, HIGH, LOW,  0,                     0, DOUBLE_OFFSET},
    [RVC_CI]       = {FULL, FULL, NONE, RD_HINT | IMM_HINT,    6, IMM6},
    [RVC_CI_NOP]   = {NONE, NONE, NONE, ANY_IMM_HINT,          6, IMM6},
    [RVC_CI_RD]    = {FULL, FULL, NONE, RD_USED,               6, IMM6},
    [RVC_CI_LI]    = {FULL, NONE, NONE, RD_HINT,               6, IMM6},
    [RVC_CI_16SP]  = {SP,   SP,   NONE, IMM_USED,             10, {{12, 12, 9}, {6, 6, 4}, {5, 5, 6}, {4, 3, 7}, {2, 2, 5}}},
    [RVC_CI_LUI]   = {FULL, NONE, NONE, IMM_USED | RD_HINT,   18, {{12, 12, 17}, {6, 2, 12}}},
    [RVC_CI_SH]    = {FULL, FULL, NONE, RD_HINT | IMM_HINT,    0, IMM6},
    [RVC_CI_LWSP]  = {FULL, SP,   NONE, RD_USED,               0, {{12, 12, 5}, {6, 4, 2}, {3, 2, 6}}},
    [RVC_CI_LDSP]  = {FULL, SP,   NONE, RD_USED,               0, DOUBLE_SP_OFFSET},
    [RVC_CI_FLDSP] = {FULL, SP,   NONE, 0,                     0, DOUBLE_SP_OFFSET}, /* f0 is as any */
    [RVC_CB_SH]    = {HIGH, HIGH, NONE, IMM_HINT,              0, IMM6},
    [RVC_CB_IMM]   = {HIGH, HIGH, NONE, 0,                     6, IMM6},
    [RVC_CA]       = {HIGH, HIGH, LOW,  0,                     0, NO_IMM},
    [RVC_CJ]       = {NONE, NONE, NONE, 0,                    12, {{12, 12, 11}, {11, 11, 4}, {10, 9, 8}, {8, 8, 10},
                                                                   {7, 7, 6}, {6, 6, 7}, {5, 3, 1}, {2, 2, 5}}},
    [RVC_CB]       = {NONE, HIGH, NONE, 0,                     9, {{12, 12, 8}, {11, 10, 3}, {6, 5, 6}, {4, 3, 1}, {2, 2, 5}}},
    [RVC_CR]       = {FULL, FULL, RS2,  RD_HINT,               0, NO_IMM},
    [RVC_CR_MV]    = {FULL, NONE, RS2,  RD_HINT,               0, NO_IMM},
    [RVC_CR_JR]    = {NONE, FULL, NONE, RS1_USED,              0, NO_IMM},
    [RVC_CR_JALR]  = {RA,   FULL, NONE, RS1_USED,              0, NO_IMM},
    [RVC_CR_N]     = {NONE, NONE, NONE, 0,                     0, NO_IMM},
    [RVC_CSS_W]    = {NONE, SP,   RS2,  0,                     0, {{12, 9, 2}, {8, 7, 6}}},
    [RVC_CSS_D]    = {NONE, SP,   RS2,  0,                     0, {{12, 10, 3}, {9, 7, 6}}},
};
/* clang-format on */

static uint8_t read_register(uint32_t word, enum place place)
{
    switch (place) {
    case NONE:
        return 0;
    case FULL:
        return (uint8_t)field(word, 11, 7);
    case RS2:
        return (uint8_t)field(word, 6, 2);
    case HIGH:
        return (uint8_t)(8 + field(word, 9, 7));
    case LOW:
        return (uint8_t)(8 + field(word, 4, 2));
    case SP:
        return 2;
    case RA:
        return 1;
    }
    return 0;
}

/* The register's bits in the word, as far as they can say it. */
static uint32_t write_register(uint32_t number, enum place place)
{
    switch (place) {
    case FULL:
        return number << 7;
    case RS2:
        return number << 2;
    case HIGH:
        return (number & 7) << 7;
    case LOW:
        return (number & 7) << 2;
    case NONE:
    case SP:
    case RA:
        return 0;
    }
    return 0;
}

/* Fills the operands of `insn` by its format. False: a reserved word. */
static bool fill_operands(struct insn *insn, const struct rvc_layout *layout)
{
    uint32_t imm = pieces_gather(insn->word, layout->pieces);
    insn->rd = read_register(insn->word, layout->rd);
    insn->rs1 = read_register(insn->word, layout->rs1);
    insn->rs2 = read_register(insn->word, layout->rs2);
    insn->imm = layout->width ? sign_extend(imm, layout->width) : imm;
    return (insn->rd || !(layout->rules & RD_USED)) && (insn->rs1 || !(layout->rules & RS1_USED)) &&
           (insn->imm || !(layout->rules & IMM_USED));
}

/* The first row that fits; RVC_COUNT: none does. */
static enum rvc_id find_row(uint32_t word)
{
    int row = 0;
    while (row < RVC_COUNT && (word & rvc_table[row].mask) != rvc_table[row].match)
        row++;
    return (enum rvc_id)row;
}

struct insn insn_decode_compressed(uint32_t word)
{
    struct insn insn = {.id = INSN_ILLEGAL, .length = 2, .word = word};
    enum rvc_id row = find_row(word);
    if (row != RVC_COUNT && fill_operands(&insn, &layouts[rvc_table[row].format]))
        insn.id = rvc_table[row].expands;
    return insn;
}

enum rvc_id insn_find_compressed(uint32_t word)
{
    return insn_decode_compressed(word).id == INSN_ILLEGAL ? RVC_COUNT : find_row(word);
}

static bool is_hint(const struct insn *insn, uint8_t rules)
{
    return (!insn->rd && rules & RD_HINT) || (!insn->imm && rules & IMM_HINT) ||
           (insn->imm && rules & ANY_IMM_HINT);
}

uint32_t insn_encode_compressed(enum rvc_id row, const struct insn *insn)
{
    const struct rvc_layout *layout = &layouts[rvc_table[row].format];
    return rvc_table[row].match | write_register(insn->rd, layout->rd) |
           write_register(insn->rs1, layout->rs1) | write_register(insn->rs2, layout->rs2) |
           pieces_scatter((uint32_t)insn->imm, layout->pieces);
}

uint32_t insn_compress(const struct insn *insn, rvc_set_t rows)
{
    uint32_t full = insn_encode(insn);
    for (int row = 0; row < RVC_COUNT; row++) {
        if (rvc_table[row].expands != insn->id || !(rows >> row & 1))
            continue;
        uint32_t word = insn_encode_compressed((enum rvc_id)row, insn);
        struct insn means = insn_decode_compressed(word);
        if (means.id == insn->id && insn_encode(&means) == full &&
            !is_hint(&means, layouts[rvc_table[row].format].rules))
            return word;
    }
    return 0;
}

/* Adds the field of a register, unless its number is implied. */
static unsigned add_register(struct insn_field *fields, unsigned count, enum place place, int kind)
{
    static const struct insn_field places[] = {
        [FULL] = {11, 7, 0, 0}, [RS2] = {6, 2, 0, 0}, [HIGH] = {9, 7, 0, 0}, [LOW] = {4, 2, 0, 0}};
    if (place == NONE || place == SP || place == RA)
        return count;
    fields[count] = places[place];
    fields[count].kind = (uint8_t)kind;
    return count + 1;
}

unsigned insn_list_compressed(const struct insn *insn, struct insn_field *fields)
{
    const struct rvc_layout *layout = &layouts[rvc_table[insn_find_compressed(insn->word)].format];
    unsigned count = 0;
    count = add_register(fields, count, layout->rd, FIELD_RD);
    if (layout->rs1 != layout->rd)
        count = add_register(fields, count, layout->rs1, FIELD_RS1);
    count = add_register(fields, count, layout->rs2, FIELD_RS2);
    for (const struct piece *piece = layout->pieces; piece->high; piece++)
        fields[count++] = (struct insn_field){piece->high, piece->low, piece->to, FIELD_IMM};
    return count;
}
