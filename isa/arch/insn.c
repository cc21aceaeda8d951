/* The decoder, from a word to a struct insn, and the encoder, back; both driven by insn.def.
 *
 * The table is searched only among the rows of the word's major opcode. */
#include "insn.h"

#include "pieces.h"

/* Major opcodes, ISA table 24.1. */
enum {
    LOAD = 0x03,
    MISC_MEM = 0x0f,
    OP_IMM = 0x13,
    AUIPC = 0x17,
    OP_IMM_32 = 0x1b,
    STORE = 0x23,
    LOAD_FP = 0x07,
    STORE_FP = 0x27,
    MADD = 0x43,
    MSUB = 0x47,
    NMSUB = 0x4b,
    NMADD = 0x4f,
    OP_FP = 0x53,
    AMO = 0x2f,
    OP = 0x33,
    LUI = 0x37,
    OP_32 = 0x3b,
    BRANCH = 0x63,
    JALR = 0x67,
    JAL = 0x6f,
    SYSTEM = 0x73,
};

#define OPC(op) (op), 0x7f
#define OPC_F3(op, f3) ((op) | (f3) << 12), 0x707f
#define OPC_F3_F6(op, f3, f6) ((op) | (f3) << 12 | (uint32_t)(f6) << 26), 0xfc00707f
#define OPC_F3_F7(op, f3, f7) ((op) | (f3) << 12 | (uint32_t)(f7) << 25), 0xfe00707f
#define OPC_F3_F12(op, f3, f12) ((op) | (f3) << 12 | (uint32_t)(f12) << 20), 0xfff0707f
#define OPC_F3_F7_RD0(op, f3, f7) ((op) | (f3) << 12 | (uint32_t)(f7) << 25), 0xfe007fff
#define AMO_OP(f3, f5, rs2_mask)                                                                   \
    (AMO | (f3) << 12 | (uint32_t)(f5) << 27), (0xf800707f | (uint32_t)(rs2_mask) << 20)
#define FMA(op, fmt) ((op) | (fmt) << 25), 0x0600007f
#define FP_RM(f7) (OP_FP | (uint32_t)(f7) << 25), 0xfe00007f
#define FP_RS2(f7, rs2) (OP_FP | (uint32_t)(f7) << 25 | (rs2) << 20), 0xfff0007f
#define FP_RS2_F3(f7, rs2, f3) (OP_FP | (uint32_t)(f7) << 25 | (rs2) << 20 | (f3) << 12), 0xfff0707f
#define WORD(w) (w), 0xffffffff

#define INSN_ROW(name, operands, fmt, ext, class, ...)                                             \
    {                                                                                              \
        name, operands, __VA_ARGS__, FMT_##fmt, EXT_##ext, CLASS_##class                           \
    }

const struct insn_info insn_table[INSN_COUNT] = {
#define INSN(name, fmt, enc, ext, operands, class)                                                 \
    [INSN_##name] = INSN_ROW(#name, operands, fmt, ext, class, enc),
#include "insn.def"
};

/* The first row of each major opcode, and the row after its last. */
static const struct {
    uint8_t first, end;
} rows_of[32] = {
    [LOAD >> 2] = {INSN_lb, INSN_lwu + 1},
    [MISC_MEM >> 2] = {INSN_fence, INSN_fence_i + 1},
    [OP_IMM >> 2] = {INSN_addi, INSN_rev8 + 1},
    [AUIPC >> 2] = {INSN_auipc, INSN_auipc + 1},
    [OP_IMM_32 >> 2] = {INSN_addiw, INSN_roriw + 1},
    [STORE >> 2] = {INSN_sb, INSN_sd + 1},
    [AMO >> 2] = {INSN_lr_w, INSN_amomaxu_d + 1},
    [OP >> 2] = {INSN_add, INSN_ror + 1},
    [LUI >> 2] = {INSN_lui, INSN_lui + 1},
    [OP_32 >> 2] = {INSN_addw, INSN_rorw + 1},
    [BRANCH >> 2] = {INSN_beq, INSN_bgeu + 1},
    [JALR >> 2] = {INSN_jalr, INSN_jalr + 1},
    [JAL >> 2] = {INSN_jal, INSN_jal + 1},
    [SYSTEM >> 2] = {INSN_ecall, INSN_csrrci + 1},
    [LOAD_FP >> 2] = {INSN_flw, INSN_fld + 1},
    [STORE_FP >> 2] = {INSN_fsw, INSN_fsd + 1},
    [MADD >> 2] = {INSN_fmadd_s, INSN_fmadd_d + 1},
    [MSUB >> 2] = {INSN_fmsub_s, INSN_fmsub_d + 1},
    [NMSUB >> 2] = {INSN_fnmsub_s, INSN_fnmsub_d + 1},
    [NMADD >> 2] = {INSN_fnmadd_s, INSN_fnmadd_d + 1},
    [OP_FP >> 2] = {INSN_fadd_s, INSN_fmv_d_x + 1},
};

/* Which registers a word of a format names, and where its immediate is (ISA figures 2.2 to 2.4).
 * `width` is the immediate's width where it is signed, else 0. */
enum { RD = 1, RS1 = 2, RS2 = 4, RS3 = 8 };
struct layout {
    uint8_t registers, width;
    struct piece pieces[5];
};
/* clang-format off */
static const struct layout layouts[] = {
    [FMT_N]      = {0,                     0, {{0}}},
    [FMT_R]      = {RD | RS1 | RS2,        0, {{0}}},
    [FMT_I]      = {RD | RS1,             12, {{31, 20, 0}}},
    [FMT_SH]     = {RD | RS1,              0, {{25, 20, 0}}},
    [FMT_SHW]    = {RD | RS1,              0, {{24, 20, 0}}},
    [FMT_S]      = {RS1 | RS2,            12, {{31, 25, 5}, {11, 7, 0}}},
    [FMT_B]      = {RS1 | RS2,            13, {{31, 31, 12}, {7, 7, 11}, {30, 25, 5}, {11, 8, 1}}},
    [FMT_U]      = {RD,                   32, {{31, 12, 12}}},
    [FMT_J]      = {RD,                   21, {{31, 31, 20}, {19, 12, 12}, {20, 20, 11}, {30, 21, 1}}},
    [FMT_CSR]    = {RD | RS1,              0, {{31, 20, 0}}},
    [FMT_CSRI]   = {RD | RS1,              0, {{31, 20, 0}}},
    [FMT_FENCE]  = {RD | RS1,              0, {{31, 20, 0}}},
    [FMT_SFENCE] = {RS1 | RS2,             0, {{0}}},
    [FMT_LR]     = {RD | RS1,              0, {{26, 25, 0}}},
    [FMT_AMO]    = {RD | RS1 | RS2,        0, {{26, 25, 0}}},
    [FMT_RM]     = {RD | RS1 | RS2,        0, {{14, 12, 0}}},
    [FMT_R2]     = {RD | RS1,              0, {{0}}},
    [FMT_R2M]    = {RD | RS1,              0, {{14, 12, 0}}},
    [FMT_R4]     = {RD | RS1 | RS2 | RS3,  0, {{14, 12, 0}}},
};
/* clang-format on */

/* Lab 1, exercise 2. The immediate of a word of this format: the format's pieces, gathered; as a
 * signed number of the format's width where it has one, else as it is (shift amounts, numbers of
 * CSRs). */
static int64_t immediate(uint32_t word, enum insn_format format)
{
    const struct layout *layout = &layouts[format];
    uint32_t imm = pieces_gather(word, layout->pieces);
    return layout->width ? sign_extend(imm, layout->width) : imm;
}

/* Lab 1, exercise 2. Decodes a word of 32 bits for a hart that has every extension.
 *
 * A row of insn_table is the word's when the word has the row's `match` in the bits of its `mask`;
 * no word has two rows. Bits 6 to 2 are the major opcode, and rows_of says where the rows of each
 * are. The operands stand where ISA figure 2.2 has them: rd in bits 11 to 7, rs1 in 19 to 15, rs2
 * in 24 to 20, rs3 in 31 to 27, whether the format has them or not; imm is `immediate` of the row's
 * format. length is 4, and word the word. Without a row, id is INSN_ILLEGAL, and the operands are
 * zero. */
static struct insn decode_long(uint32_t word)
{
    struct insn insn = {.id = INSN_ILLEGAL, .length = 4, .word = word};
    uint32_t opcode = field(word, 6, 2);
    for (int id = rows_of[opcode].first; id < rows_of[opcode].end; id++) {
        if ((word & insn_table[id].mask) != insn_table[id].match)
            continue;
        insn.id = (uint16_t)id;
        insn.rd = (uint8_t)field(word, 11, 7);
        insn.rs1 = (uint8_t)field(word, 19, 15);
        insn.rs2 = (uint8_t)field(word, 24, 20);
        insn.rs3 = (uint8_t)field(word, 31, 27);
        insn.imm = immediate(word, insn_table[id].format);
        break;
    }
    return insn;
}

struct insn insn_decode(uint32_t word, isa_t isa)
{
    bool is_long = insn_is_long(word);
    struct insn insn = is_long ? decode_long(word) : insn_decode_compressed(word & 0xffff);
    bool is_known = insn.id != INSN_ILLEGAL && isa_has(isa, insn_table[insn.id].ext);
    if (!is_known || (!is_long && !isa_has(isa, EXT_C)))
        insn.id = INSN_ILLEGAL;
    return insn;
}

uint32_t insn_encode(const struct insn *insn)
{
    const struct insn_info *info = &insn_table[insn->id];
    const struct layout *layout = &layouts[info->format];
    uint32_t word = info->match | pieces_scatter((uint32_t)insn->imm, layout->pieces);
    word |= layout->registers & RD ? (uint32_t)insn->rd << 7 : 0;
    word |= layout->registers & RS1 ? (uint32_t)insn->rs1 << 15 : 0;
    word |= layout->registers & RS2 ? (uint32_t)insn->rs2 << 20 : 0;
    word |= layout->registers & RS3 ? (uint32_t)insn->rs3 << 27 : 0;
    return word;
}

/* The operands of a 32-bit word, in no order. */
static unsigned list_operands(const struct insn *insn, struct insn_field *fields)
{
    static const struct insn_field registers[] = {{11, 7, 0, FIELD_RD},
                                                  {19, 15, 0, FIELD_RS1},
                                                  {24, 20, 0, FIELD_RS2},
                                                  {31, 27, 0, FIELD_RS3}};
    const struct layout *layout = &layouts[insn_table[insn->id].format];
    unsigned count = 0;
    for (unsigned i = 0; i < 4; i++)
        if (layout->registers >> i & 1)
            fields[count++] = registers[i];
    for (const struct piece *piece = layout->pieces; piece->high; piece++)
        fields[count++] = (struct insn_field){piece->high, piece->low, piece->to, FIELD_IMM};
    return count;
}

/* Where the fixed field that ends above `top` begins: at the next of these bits. */
static int fixed_low(int top, int length)
{
    static const uint8_t starts_32[] = {27, 25, 20, 15, 12, 7, 0},
                         starts_16[] = {13, 10, 7, 5, 2, 0};
    const uint8_t *start = length == 4 ? starts_32 : starts_16;
    while (*start > top)
        start++;
    return *start;
}

unsigned insn_fields(const struct insn *insn, struct insn_field fields[INSN_FIELDS])
{
    struct insn_field operands[INSN_FIELDS];
    unsigned listed =
        insn->length == 2 ? insn_list_compressed(insn, operands) : list_operands(insn, operands);
    unsigned count = 0;
    for (int top = insn->length * 8 - 1; top >= 0;) {
        struct insn_field found = {(uint8_t)top, (uint8_t)fixed_low(top, insn->length), 0,
                                   FIELD_FIXED};
        for (unsigned i = 0; i < listed; i++) {
            if (operands[i].high == top)
                found = operands[i];
            else if (operands[i].high < top && operands[i].high >= found.low)
                found.low = (uint8_t)(operands[i].high + 1);
        }
        fields[count++] = found;
        top = found.low - 1;
    }
    return count;
}

bool insn_is_system(enum insn_id id)
{
    if (id == INSN_ILLEGAL)
        return false;
    uint32_t opcode = insn_table[id].match & 0x7f;
    return opcode == SYSTEM || opcode == MISC_MEM;
}
