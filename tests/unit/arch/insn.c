/* The instruction table against itself, against the manual and against binutils. */
#include "insn.h"

#include <criterion/criterion.h>
#include <string.h>

#include "objdump.h"

enum { SAMPLES = 16, RANDOM_WORDS = 100000 };

#define RD_BITS 0x00000f80u
#define RS1_BITS 0x000f8000u
#define RS2_BITS 0x01f00000u
#define RS3_BITS 0xf8000000u
#define RM_BITS 0x00007000u
#define IMM12_BITS 0xfff00000u
#define AQ_RL_BITS 0x06000000u

/* The bits of the word that are operands, by format: ISA figures 2.2 and 2.3. */
static const uint32_t operand_bits[] = {
    [FMT_N] = 0,
    [FMT_R] = RD_BITS | RS1_BITS | RS2_BITS,
    [FMT_I] = RD_BITS | RS1_BITS | IMM12_BITS,
    [FMT_SH] = RD_BITS | RS1_BITS | 0x03f00000,
    [FMT_SHW] = RD_BITS | RS1_BITS | 0x01f00000,
    [FMT_S] = 0xfe000f80 | RS1_BITS | RS2_BITS,
    [FMT_B] = 0xfe000f80 | RS1_BITS | RS2_BITS,
    [FMT_U] = 0xfffff000 | RD_BITS,
    [FMT_J] = 0xfffff000 | RD_BITS,
    [FMT_CSR] = RD_BITS | RS1_BITS | IMM12_BITS,
    [FMT_CSRI] = RD_BITS | RS1_BITS | IMM12_BITS,
    [FMT_FENCE] = RD_BITS | RS1_BITS | IMM12_BITS,
    [FMT_SFENCE] = RS1_BITS | RS2_BITS,
    [FMT_LR] = RD_BITS | RS1_BITS | AQ_RL_BITS,
    [FMT_AMO] = RD_BITS | RS1_BITS | RS2_BITS | AQ_RL_BITS,
    [FMT_RM] = RD_BITS | RS1_BITS | RS2_BITS | RM_BITS,
    [FMT_R2] = RD_BITS | RS1_BITS,
    [FMT_R2M] = RD_BITS | RS1_BITS | RM_BITS,
    [FMT_R4] = RD_BITS | RS1_BITS | RS2_BITS | RS3_BITS | RM_BITS,
};

Test(insn, match_lies_inside_mask)
{
    for (int id = 0; id < INSN_COUNT; id++)
        cr_expect_eq(insn_table[id].match & ~insn_table[id].mask, 0, "%s", insn_table[id].name);
}

Test(insn, every_bit_is_fixed_or_an_operand_and_never_both)
{
    for (int id = 0; id < INSN_COUNT; id++)
        cr_expect_eq(insn_table[id].mask, ~operand_bits[insn_table[id].format], "%s: mask %08x",
                     insn_table[id].name, insn_table[id].mask);
}

Test(insn, no_word_fits_two_rows)
{
    for (int a = 0; a < INSN_COUNT; a++)
        for (int b = 0; b < a; b++) {
            const struct insn_info *one = &insn_table[a], *other = &insn_table[b];
            uint32_t differs = (one->match ^ other->match) & one->mask & other->mask;
            if (!differs)
                cr_expect_fail("%s and %s overlap", one->name, other->name);
        }
}

/* The decoder searches only the rows of a major opcode; a row outside its range would be lost. */
Test(insn, every_row_is_found_whatever_its_operands)
{
    for (int id = 0; id < INSN_COUNT; id++) {
        const struct insn_info *row = &insn_table[id];
        cr_expect_eq(insn_decode(row->match, ISA_ALL).id, id, "%s", row->name);
        cr_expect_eq(insn_decode(row->match | ~row->mask, ISA_ALL).id, id, "%s", row->name);
    }
}

/* A stream of numbers that is the same in every run. */
static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

/* The table spells a name with _ where objdump has a dot; objdump also says aq and rl. */
static bool is_name(const char *ours, const char *theirs)
{
    for (; *ours; ours++, theirs++)
        if (*theirs != (*ours == '_' ? '.' : *ours))
            return false;
    return !*theirs || strcmp(theirs, ".aq") == 0 || strcmp(theirs, ".rl") == 0 ||
           strcmp(theirs, ".aqrl") == 0;
}

/* These conversions are exact. They have a rounding mode like all others (ISA 12.5), but this
 * objdump knows them with rne alone, and does not say it. */
static bool is_exact(enum insn_id id)
{
    return id == INSN_fcvt_d_s || id == INSN_fcvt_d_w || id == INSN_fcvt_d_wu;
}

/* fence has fields that objdump takes for reserved and the manual tells us to ignore. */
static uint32_t without_reserved_fields(enum insn_id id, uint32_t word)
{
    return id == INSN_fence     ? (word & 0x0ff0707f) | 0x01100000
           : id == INSN_fence_i ? insn_table[id].match
           : is_exact(id)       ? word & ~RM_BITS
                                : word;
}

Test(insn, objdump_reads_every_row_as_the_decoder_does)
{
    static uint32_t words[INSN_COUNT * SAMPLES];
    static struct line lines[INSN_COUNT * SAMPLES];
    uint64_t seed = 1;
    for (int i = 0; i < INSN_COUNT * SAMPLES; i++) {
        const struct insn_info *row = &insn_table[i / SAMPLES];
        uint32_t fill = i % SAMPLES == 0 ? 0 : i % SAMPLES == 1 ? ~0u : next_random(&seed);
        words[i] = without_reserved_fields(i / SAMPLES, row->match | (fill & ~row->mask));
    }
    size_t count = objdump(words, sizeof words, lines, INSN_COUNT * SAMPLES);
    cr_assert_eq(count, INSN_COUNT * SAMPLES);
    for (size_t i = 0; i < count; i++) {
        const struct insn_info *row = &insn_table[i / SAMPLES];
        struct insn insn = insn_decode(words[i], ISA_ALL);
        char syntax[40];
        snprintf(syntax, sizeof syntax, "%.*s",
                 (int)strlen(row->operands) - (is_exact(insn.id) ? (int)strlen(", rm") : 0),
                 row->operands);
        bool agrees = insn.id == i / SAMPLES && is_name(row->name, lines[i].name) &&
                      line_agrees(&lines[i], syntax, &insn);
        if (!agrees)
            cr_expect_fail("%08x is %s %s, not %s", words[i], lines[i].name, lines[i].operands,
                           row->name);
    }
}

/* Words of the major opcodes that we have, at random: a word is illegal for both or for none. */
Test(insn, objdump_and_the_decoder_agree_on_what_is_illegal)
{
    static const uint8_t opcodes[] = {0x03, 0x07, 0x0f, 0x13, 0x17, 0x1b, 0x23,
                                      0x27, 0x2f, 0x33, 0x37, 0x3b, 0x43, 0x47,
                                      0x4b, 0x4f, 0x53, 0x63, 0x67, 0x6f, 0x73};
    static uint32_t words[RANDOM_WORDS];
    static struct line lines[RANDOM_WORDS];
    uint64_t seed = 2;
    for (int i = 0; i < RANDOM_WORDS; i++) {
        words[i] = next_random(&seed) << 7 | opcodes[i % sizeof opcodes];
        /* Fields of zeros and ones are where the special forms are. */
        uint32_t kind = next_random(&seed) % 4;
        words[i] &= kind == 0 ? 0x03ffffff : kind == 1 ? 0xfe0fffff : 0xffffffff;
    }
    size_t count = objdump(words, sizeof words, lines, RANDOM_WORDS);
    cr_assert_eq(count, RANDOM_WORDS);
    unsigned legal = 0, illegal = 0;
    for (size_t i = 0; i < count; i++) {
        struct insn insn = insn_decode(words[i], ISA_ALL);
        bool is_fence = insn.id == INSN_fence || insn.id == INSN_fence_i;
        bool is_legal = insn.id != INSN_ILLEGAL;
        bool is_unknown_to_objdump = is_exact(insn.id) && words[i] & RM_BITS;
        if (!is_fence && !is_unknown_to_objdump && is_legal == line_is_illegal(&lines[i]))
            cr_expect_fail("%08x is %s %s", words[i], lines[i].name, lines[i].operands);
        legal += is_legal;
        illegal += !is_legal;
    }
    cr_expect(legal > RANDOM_WORDS / 10 && illegal > RANDOM_WORDS / 10);
}

/* ISA figure 2.4 at the edges, words put together by hand. */
Test(insn, immediates_have_their_bits_in_place_and_their_sign)
{
    static const struct {
        uint32_t word;
        uint16_t id;
        int64_t imm;
    } rows[] = {
        {0x7ff00093, INSN_addi, 2047},
        {0x80000093, INSN_addi, -2048},
        {0xfff00093, INSN_addi, -1},
        {0x80003003, INSN_ld, -2048},
        {0x80000067, INSN_jalr, -2048},
        {0x7e000fa3, INSN_sb, 2047},
        {0x80000023, INSN_sb, -2048},
        {0xfe20bc23, INSN_sd, -8},
        {0x00000163, INSN_beq, 2},
        {0x02000063, INSN_beq, 32},
        {0x000000e3, INSN_beq, 2048},
        {0x7e000fe3, INSN_beq, 4094},
        {0x80000063, INSN_beq, -4096},
        {0xfe000fe3, INSN_beq, -2},
        {0x00001037, INSN_lui, 0x1000},
        {0x7ffff037, INSN_lui, 0x7ffff000},
        {0x80000037, INSN_lui, -0x80000000L},
        {0xfffff017, INSN_auipc, -4096},
        {0x0020006f, INSN_jal, 2},
        {0x0010006f, INSN_jal, 2048},
        {0x0000106f, INSN_jal, 4096},
        {0x7ffff06f, INSN_jal, 1048574},
        {0x8000006f, INSN_jal, -1048576},
        {0xfffff06f, INSN_jal, -2},
        {0x03f01013, INSN_slli, 63},
        {0x42005013, INSN_srai, 32},
        {0x03f05013, INSN_srli, 63},
        {0x01f0101b, INSN_slliw, 31},
        {0x41f0501b, INSN_sraiw, 31},
        {0xfff01073, INSN_csrrw, 0xfff},
        {0x800fd073, INSN_csrrwi, 0x800},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct insn insn = insn_decode(rows[i].word, ISA_ALL);
        cr_expect_eq(insn.id, rows[i].id, "%08x", rows[i].word);
        cr_expect_eq(insn.imm, rows[i].imm, "%08x: %ld", rows[i].word, insn.imm);
    }
}

Test(insn, the_operand_of_an_immediate_csr_form_is_in_rs1)
{
    struct insn insn = insn_decode(0x300fd0f3, ISA_ALL); /* csrrwi x1, mstatus, 31 */
    cr_expect_eq(insn.id, INSN_csrrwi);
    cr_expect_eq(insn.rd, 1);
    cr_expect_eq(insn.rs1, 31);
    cr_expect_eq(insn.imm, 0x300);
}

Test(insn, registers_are_where_the_manual_puts_them)
{
    struct insn insn = insn_decode(0x01ff0ab3, ISA_ALL); /* add x21, x30, x31 */
    cr_expect_eq(insn.id, INSN_add);
    cr_expect_eq(insn.rd, 21);
    cr_expect_eq(insn.rs1, 30);
    cr_expect_eq(insn.rs2, 31);
    cr_expect_eq(insn.length, 4);
    cr_expect_eq(insn.word, 0x01ff0ab3);
}

Test(insn, fence_ignores_its_reserved_fields)
{
    /* ISA 2.7: fm, rd and rs1 that mean nothing yet are a normal fence; so is fence.i, chapter 3.
     */
    static const uint32_t fences[] = {0x0ff0000f, 0x8330000f, 0xf0ff8f8f, 0xffff8f8f, 0x0000000f};
    for (size_t i = 0; i < sizeof fences / sizeof *fences; i++)
        cr_expect_eq(insn_decode(fences[i], ISA_ALL).id, INSN_fence, "%08x", fences[i]);
    cr_expect_eq(insn_decode(0x0000100f, ISA_ALL).id, INSN_fence_i);
    cr_expect_eq(insn_decode(0xffff9f8f, ISA_ALL).id, INSN_fence_i);
}

Test(insn, reserved_words_are_illegal)
{
    static const struct {
        uint32_t word;
        const char *why;
    } rows[] = {
        {0x00000000, "all zeros"},
        {0xffffffff, "all ones"},
        {0x0000001f, "announces 48 bits"},
        {0x0000003f, "announces 64 bits"},
        {0x00007003, "load of funct3 7"},
        {0x00004023, "store of funct3 4"},
        {0x00002063, "branch of funct3 2"},
        {0x00003063, "branch of funct3 3"},
        {0x00001067, "jalr of funct3 1"},
        {0x0000200f, "misc-mem of funct3 2"},
        {0x40001013, "slli with srai's bit"},
        {0x04005013, "srli with bit 26"},
        {0x0200101b, "slliw by 32"},
        {0x0200501b, "srliw by 32"},
        {0x4200501b, "sraiw by 32"},
        {0x0000201b, "op-imm-32 of funct3 2"},
        {0x60301013, "op-imm between cpop and sext.b"},
        {0x60601013, "op-imm after sext.h"},
        {0x28605013, "op-imm beside orc.b"},
        {0x28705013 + (1 << 20), "op-imm after orc.b"},
        {0x69805013, "rev8 of 32 bits"},
        {0x0a001033, "clmul, of Zbc"},
        {0x60003033, "op of rol's funct7 and sltu's funct3"},
        {0x0810403b, "pack of words, of Zbkb"},
        {0x6020501b | 1 << 25, "roriw by 34"},
        {0x6030101b, "op-imm-32 after cpopw"},
        {0x04000033, "op of funct7 2"},
        {0x40001033, "sll with sub's bit"},
        {0x42000033, "op of funct7 0x21"},
        {0x0200103b, "op-32 of mulh's funct3"},
        {0x4000103b, "sllw with sub's bit"},
        {0x0000002f, "amo of one byte"},
        {0x0000102f, "amo of two bytes"},
        {0x0000402f, "amo of sixteen bytes"},
        {0x1010202f, "lr.w with rs2"},
        {0x1010302f, "lr.d with rs2"},
        {0x2800202f, "amo of funct5 5"},
        {0x00001007, "flh, of Zfh"},
        {0x00004007, "flq, of Q"},
        {0x00001027, "fsh, of Zfh"},
        {0x00004027, "fsq, of Q"},
        {0x04000043, "fmadd.h"},
        {0x06000043, "fmadd.q"},
        {0x04000053, "fadd.h"},
        {0x06000053, "fadd.q"},
        {0x58100053, "fsqrt.s with rs2"},
        {0x40000053, "fcvt.s.s"},
        {0x40200053, "fcvt.s.h"},
        {0x42100053, "fcvt.d.d"},
        {0x42300053, "fcvt.d.q"},
        {0xc0400053, "fcvt of a fifth integer"},
        {0xe0100053, "fmv.x.w with rs2"},
        {0xe0002053, "fmv.x.w of funct3 2"},
        {0xf0001053, "fmv.w.x of funct3 1"},
        {0x20003053, "fsgnj of funct3 3"},
        {0x28002053, "fmin of funct3 2"},
        {0xa0003053, "fle of funct3 3"},
        {0x000000f3, "ecall with rd"},
        {0x00008073, "ecall with rs1"},
        {0x00200073, "uret, which is no more"},
        {0x10008073, "sret's funct7 with rs1"},
        {0x102000f3, "sret with rd"},
        {0x302000f3, "mret with rd"},
        {0x10508073, "wfi with rs1"},
        {0x120000f3, "sfence.vma with rd"},
        {0x16000073, "sinval.vma"},
        {0x22000073, "hfence.vvma"},
        {0x7b200073, "dret"},
        {0x00004073, "system of funct3 4"},
        {0x0000006b, "a reserved major opcode"},
        {0x0000000b, "custom-0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(insn_decode(rows[i].word, ISA_ALL).id, INSN_ILLEGAL, "%08x: %s", rows[i].word,
                     rows[i].why);
}

Test(insn, an_extension_that_the_hart_lacks_is_illegal)
{
    static const struct {
        uint32_t word;
        isa_t ext;
        const char *name;
    } rows[] = {
        {0x02000033, ISA(M), "mul"},         {0x0200703b, ISA(M), "remuw"},
        {0x0000202f, ISA(A), "amoadd.w"},    {0x1000302f, ISA(A), "lr.d"},
        {0x1800202f, ISA(A), "sc.w"},        {0x00000001, ISA(C), "c.nop"},
        {0x00008082, ISA(C), "c.jr ra"},     {0x00009002, ISA(C), "c.ebreak"},
        {0x00002007, ISA(F), "flw"},         {0xe0000053, ISA(F), "fmv.x.w"},
        {0x00003027, ISA(D), "fsd"},         {0x42000053, ISA(D), "fcvt.d.s"},
        {0x40100053, ISA(D), "fcvt.s.d"},    {0x02000043, ISA(D), "fmadd.d"},
        {0x10200073, ISA(S), "sret"},        {0x12000073, ISA(S), "sfence.vma"},
        {0x20002033, ISA(Zba), "sh1add"},    {0x0800101b, ISA(Zba), "slli.uw"},
        {0x60001013, ISA(Zbb), "clz"},       {0x0800403b, ISA(Zbb), "zext.h"},
        {0x30200073, ISA(MM), "mret"},       {0x30001073, ISA(Zicsr), "csrrw"},
        {0xc0002073, ISA(Zicsr), "rdcycle"}, {0x0000100f, ISA(Zifencei), "fence.i"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        isa_t without = ISA_ALL & ~rows[i].ext;
        cr_expect_neq(insn_decode(rows[i].word, ISA_ALL).id, INSN_ILLEGAL, "%s", rows[i].name);
        cr_expect_neq(insn_decode(rows[i].word, ISA(I) | rows[i].ext).id, INSN_ILLEGAL,
                      "%s needs no other extension", rows[i].name);
        cr_expect_eq(insn_decode(rows[i].word, without).id, INSN_ILLEGAL, "%s", rows[i].name);
    }
}

/* The extension of a row by its name, as the ISA manual's chapters have them. */
static enum ext extension_of(const char *name)
{
    static const struct {
        const char *prefix;
        enum ext ext;
    } rows[] = {
        {"mul", EXT_M},    {"div", EXT_M},       {"rem", EXT_M},     {"lr_", EXT_A},
        {"sc_", EXT_A},    {"amo", EXT_A},       {"csr", EXT_Zicsr}, {"fence_i", EXT_Zifencei},
        {"sret", EXT_S},   {"wfi", EXT_S},       {"sfence", EXT_S},  {"mret", EXT_MM},
        {"sh1", EXT_Zba},  {"sh2", EXT_Zba},     {"sh3", EXT_Zba},   {"add_uw", EXT_Zba},
        {"clz", EXT_Zbb},  {"slli_uw", EXT_Zba}, {"ctz", EXT_Zbb},   {"cpop", EXT_Zbb},
        {"sext", EXT_Zbb}, {"zext", EXT_Zbb},    {"ro", EXT_Zbb},    {"orc", EXT_Zbb},
        {"rev", EXT_Zbb},  {"min", EXT_Zbb},     {"max", EXT_Zbb},   {"andn", EXT_Zbb},
        {"orn", EXT_Zbb},  {"xnor", EXT_Zbb},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strncmp(name, rows[i].prefix, strlen(rows[i].prefix)) == 0)
            return rows[i].ext;
    if (strcmp(name, "fence") == 0 || name[0] != 'f')
        return EXT_I;
    bool is_double = strstr(name, "_d") || strcmp(name, "fld") == 0 || strcmp(name, "fsd") == 0;
    return is_double ? EXT_D : EXT_F;
}

Test(insn, each_row_belongs_to_its_extension)
{
    for (int id = 0; id < INSN_COUNT; id++)
        cr_expect_eq(insn_table[id].ext, extension_of(insn_table[id].name), "%s",
                     insn_table[id].name);
}

Test(insn, the_toy_has_m_and_csrs_but_neither_a_nor_c_nor_fence_i_nor_mret)
{
    static const uint32_t has[] = {0x02000033, 0x10200073, 0x10500073, 0x12000073,
                                   0x30001073, 0x0ff0000f, 0x00000073, 0x00100073};
    static const uint32_t has_not[] = {0x0000202f, 0x1000302f, 0x00000001,
                                       0x00008082, 0x0000100f, 0x30200073};
    for (size_t i = 0; i < sizeof has / sizeof *has; i++)
        cr_expect_neq(insn_decode(has[i], ISA_TOY).id, INSN_ILLEGAL, "%08x", has[i]);
    for (size_t i = 0; i < sizeof has_not / sizeof *has_not; i++)
        cr_expect_eq(insn_decode(has_not[i], ISA_TOY).id, INSN_ILLEGAL, "%08x", has_not[i]);
}

Test(insn, an_illegal_word_keeps_its_bits_and_length_for_tval)
{
    cr_expect_eq(insn_decode(0x00001007, ISA_ALL).word, 0x00001007);
    cr_expect_eq(insn_decode(0x00001007, ISA_ALL).length, 4);
    struct insn half = insn_decode(0xabcd8000, ISA_ALL); /* reserved */
    cr_expect_eq(half.id, INSN_ILLEGAL);
    cr_expect_eq(half.word, 0x8000);
    cr_expect_eq(half.length, 2);
}

Test(insn, what_follows_a_half_word_is_not_looked_at)
{
    struct insn insn = insn_decode(0xffff4505, ISA_ALL); /* c.li x10, 1 */
    cr_expect_eq(insn.id, INSN_addi);
    cr_expect_eq(insn.word, 0x4505);
    cr_expect_eq(insn.length, 2);
}

Test(insn, system_and_misc_mem_end_a_block_and_nothing_else_does)
{
    static const char *const system[] = {"fence",  "fence_i", "ecall",  "ebreak",    "sret",
                                         "mret",   "wfi",     "csrrw",  "csrrs",     "csrrc",
                                         "csrrwi", "csrrsi",  "csrrci", "sfence_vma"};
    for (int id = 0; id < INSN_COUNT; id++) {
        bool expected = false;
        for (size_t i = 0; i < sizeof system / sizeof *system; i++)
            expected |= strcmp(insn_table[id].name, system[i]) == 0;
        cr_expect_eq(insn_is_system(id), expected, "%s", insn_table[id].name);
    }
    cr_expect_not(insn_is_system(INSN_ILLEGAL));
}

/* What Popek and Goldberg ask of an architecture: whatever is sensitive traps in U. */
Test(insn, what_touches_privileged_state_is_not_direct)
{
    static const struct {
        enum insn_id id;
        enum insn_class class;
    } rows[] = {
        {INSN_ecall, CLASS_TRAPS},      {INSN_ebreak, CLASS_TRAPS},
        {INSN_sret, CLASS_PRIVILEGED},  {INSN_mret, CLASS_PRIVILEGED},
        {INSN_wfi, CLASS_PRIVILEGED},   {INSN_sfence_vma, CLASS_PRIVILEGED},
        {INSN_csrrw, CLASS_SENSITIVE},  {INSN_csrrs, CLASS_SENSITIVE},
        {INSN_csrrc, CLASS_SENSITIVE},  {INSN_csrrwi, CLASS_SENSITIVE},
        {INSN_csrrsi, CLASS_SENSITIVE}, {INSN_csrrci, CLASS_SENSITIVE},
    };
    unsigned direct = 0;
    for (int id = 0; id < INSN_COUNT; id++)
        direct += insn_table[id].class == CLASS_DIRECT;
    cr_expect_eq(direct, INSN_COUNT - sizeof rows / sizeof *rows);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(insn_table[rows[i].id].class, rows[i].class, "%s",
                     insn_table[rows[i].id].name);
}
