/* The compressed decoder: each row by hand, all 65536 half words against binutils. */
#include <criterion/criterion.h>
#include <string.h>

#include "insn.h"
#include "objdump.h"

static struct insn decode(uint32_t word)
{
    return insn_decode(word, ISA_FULL);
}

/* ISA 16.3 to 16.5: what each form stands for, at the edges of its immediate. Words put together
 * by hand from the tables of 16.8. */
Test(compressed, each_form_expands_as_the_manual_says)
{
    static const struct {
        uint16_t word;
        const char *text;
        uint16_t id;
        uint8_t rd, rs1, rs2;
        int64_t imm;
    } rows[] = {
        {0x0040, "c.addi4spn x8,sp,4", INSN_addi, 8, 2, 0, 4},
        {0x0020, "c.addi4spn x8,sp,8", INSN_addi, 8, 2, 0, 8},
        {0x0800, "c.addi4spn x8,sp,16", INSN_addi, 8, 2, 0, 16},
        {0x0080, "c.addi4spn x8,sp,64", INSN_addi, 8, 2, 0, 64},
        {0x1ffc, "c.addi4spn x15,sp,1020", INSN_addi, 15, 2, 0, 1020},
        {0x4040, "c.lw x8,4(x8)", INSN_lw, 8, 8, 0, 4},
        {0x5ffc, "c.lw x15,124(x15)", INSN_lw, 15, 15, 0, 124},
        {0x43a4, "c.lw x9,64(x15)", INSN_lw, 9, 15, 0, 64},
        {0x6404, "c.ld x9,8(x8)", INSN_ld, 9, 8, 0, 8},
        {0x7ffc, "c.ld x15,248(x15)", INSN_ld, 15, 15, 0, 248},
        {0x60c0, "c.ld x8,128(x9)", INSN_ld, 8, 9, 0, 128},
        {0xc044, "c.sw x9,4(x8)", INSN_sw, 0, 8, 9, 4},
        {0xdffc, "c.sw x15,124(x15)", INSN_sw, 0, 15, 15, 124},
        {0xe404, "c.sd x9,8(x8)", INSN_sd, 0, 8, 9, 8},
        {0xfffc, "c.sd x15,248(x15)", INSN_sd, 0, 15, 15, 248},
        {0x2404, "c.fld f9,8(x8)", INSN_fld, 9, 8, 0, 8},
        {0x3ffc, "c.fld f15,248(x15)", INSN_fld, 15, 15, 0, 248},
        {0xa404, "c.fsd f9,8(x8)", INSN_fsd, 0, 8, 9, 8},
        {0xa0c0, "c.fsd f8,128(x9)", INSN_fsd, 0, 9, 8, 128},
        {0x2022, "c.fldsp f0,8(sp)", INSN_fld, 0, 2, 0, 8},
        {0x3ffe, "c.fldsp f31,504(sp)", INSN_fld, 31, 2, 0, 504},
        {0x2086, "c.fldsp f1,64(sp)", INSN_fld, 1, 2, 0, 64},
        {0xa402, "c.fsdsp f0,8(sp)", INSN_fsd, 0, 2, 0, 8},
        {0xbffe, "c.fsdsp f31,504(sp)", INSN_fsd, 0, 2, 31, 504},
        {0xa086, "c.fsdsp f1,64(sp)", INSN_fsd, 0, 2, 1, 64},
        {0x0001, "c.nop", INSN_addi, 0, 0, 0, 0},
        {0x107d, "c.nop -1", INSN_addi, 0, 0, 0, -1},
        {0x0081, "c.addi x1,0", INSN_addi, 1, 1, 0, 0},
        {0x157d, "c.addi x10,-1", INSN_addi, 10, 10, 0, -1},
        {0x0ffd, "c.addi x31,31", INSN_addi, 31, 31, 0, 31},
        {0x1081, "c.addi x1,-32", INSN_addi, 1, 1, 0, -32},
        {0x2501, "c.addiw x10,0", INSN_addiw, 10, 10, 0, 0},
        {0x3081, "c.addiw x1,-32", INSN_addiw, 1, 1, 0, -32},
        {0x4505, "c.li x10,1", INSN_addi, 10, 0, 0, 1},
        {0x50fd, "c.li x1,-1", INSN_addi, 1, 0, 0, -1},
        {0x4001, "c.li x0,0, a hint", INSN_addi, 0, 0, 0, 0},
        {0x6141, "c.addi16sp 16", INSN_addi, 2, 2, 0, 16},
        {0x617d, "c.addi16sp 496", INSN_addi, 2, 2, 0, 496},
        {0x7101, "c.addi16sp -512", INSN_addi, 2, 2, 0, -512},
        {0x6105, "c.addi16sp 32", INSN_addi, 2, 2, 0, 32},
        {0x6085, "c.lui x1,1", INSN_lui, 1, 0, 0, 0x1000},
        {0x60fd, "c.lui x1,31", INSN_lui, 1, 0, 0, 0x1f000},
        {0x7081, "c.lui x1,-32", INSN_lui, 1, 0, 0, -0x20000},
        {0x6005, "c.lui x0,1, a hint", INSN_lui, 0, 0, 0, 0x1000},
        {0x8005, "c.srli x8,1", INSN_srli, 8, 8, 0, 1},
        {0x93fd, "c.srli x15,63", INSN_srli, 15, 15, 0, 63},
        {0x8001, "c.srli x8,0, a hint", INSN_srli, 8, 8, 0, 0},
        {0x8405, "c.srai x8,1", INSN_srai, 8, 8, 0, 1},
        {0x97fd, "c.srai x15,63", INSN_srai, 15, 15, 0, 63},
        {0x987d, "c.andi x8,-1", INSN_andi, 8, 8, 0, -1},
        {0x8bfd, "c.andi x15,31", INSN_andi, 15, 15, 0, 31},
        {0x8c05, "c.sub x8,x9", INSN_sub, 8, 8, 9, 0},
        {0x8c25, "c.xor x8,x9", INSN_xor, 8, 8, 9, 0},
        {0x8c45, "c.or x8,x9", INSN_or, 8, 8, 9, 0},
        {0x8c65, "c.and x8,x9", INSN_and, 8, 8, 9, 0},
        {0x9c05, "c.subw x8,x9", INSN_subw, 8, 8, 9, 0},
        {0x9fbd, "c.addw x15,x15", INSN_addw, 15, 15, 15, 0},
        {0xa001, "c.j .", INSN_jal, 0, 0, 0, 0},
        {0xaffd, "c.j 2046", INSN_jal, 0, 0, 0, 2046},
        {0xb001, "c.j -2048", INSN_jal, 0, 0, 0, -2048},
        {0xa009, "c.j 2", INSN_jal, 0, 0, 0, 2},
        {0xa005, "c.j 32", INSN_jal, 0, 0, 0, 32},
        {0xa101, "c.j 1024", INSN_jal, 0, 0, 0, 1024},
        {0xa081, "c.j 64", INSN_jal, 0, 0, 0, 64},
        {0xa041, "c.j 128", INSN_jal, 0, 0, 0, 128},
        {0xa801, "c.j 16", INSN_jal, 0, 0, 0, 16},
        {0xcffd, "c.beqz x15,254", INSN_beq, 0, 15, 0, 254},
        {0xd001, "c.beqz x8,-256", INSN_beq, 0, 8, 0, -256},
        {0xc005, "c.beqz x8,32", INSN_beq, 0, 8, 0, 32},
        {0xc021, "c.beqz x8,64", INSN_beq, 0, 8, 0, 64},
        {0xfc7d, "c.bnez x8,-2", INSN_bne, 0, 8, 0, -2},
        {0x1506, "c.slli x10,33", INSN_slli, 10, 10, 0, 33},
        {0x1ffe, "c.slli x31,63", INSN_slli, 31, 31, 0, 63},
        {0x0006, "c.slli x0,1, a hint", INSN_slli, 0, 0, 0, 1},
        {0x4512, "c.lwsp x10,4(sp)", INSN_lw, 10, 2, 0, 4},
        {0x5ffe, "c.lwsp x31,252(sp)", INSN_lw, 31, 2, 0, 252},
        {0x4086, "c.lwsp x1,64(sp)", INSN_lw, 1, 2, 0, 64},
        {0x60a2, "c.ldsp x1,8(sp)", INSN_ld, 1, 2, 0, 8},
        {0x7ffe, "c.ldsp x31,504(sp)", INSN_ld, 31, 2, 0, 504},
        {0x6086, "c.ldsp x1,64(sp)", INSN_ld, 1, 2, 0, 64},
        {0x8082, "c.jr x1", INSN_jalr, 0, 1, 0, 0},
        {0x80be, "c.mv x1,x15", INSN_add, 1, 0, 15, 0},
        {0x803e, "c.mv x0,x15, a hint", INSN_add, 0, 0, 15, 0},
        {0x9002, "c.ebreak", INSN_ebreak, 0, 0, 0, 0},
        {0x9f82, "c.jalr x31", INSN_jalr, 1, 31, 0, 0},
        {0x90be, "c.add x1,x15", INSN_add, 1, 1, 15, 0},
        {0x903e, "c.add x0,x15, a hint", INSN_add, 0, 0, 15, 0},
        {0xc206, "c.swsp x1,4(sp)", INSN_sw, 0, 2, 1, 4},
        {0xdffe, "c.swsp x31,252(sp)", INSN_sw, 0, 2, 31, 252},
        {0xc086, "c.swsp x1,64(sp)", INSN_sw, 0, 2, 1, 64},
        {0xe406, "c.sdsp x1,8(sp)", INSN_sd, 0, 2, 1, 8},
        {0xfffe, "c.sdsp x31,504(sp)", INSN_sd, 0, 2, 31, 504},
        {0xe086, "c.sdsp x1,64(sp)", INSN_sd, 0, 2, 1, 64},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct insn insn = decode(rows[i].word);
        cr_expect_eq(insn.id, rows[i].id, "%s", rows[i].text);
        cr_expect_eq(insn.rd, rows[i].rd, "%s: rd %u", rows[i].text, insn.rd);
        cr_expect_eq(insn.rs1, rows[i].rs1, "%s: rs1 %u", rows[i].text, insn.rs1);
        cr_expect_eq(insn.rs2, rows[i].rs2, "%s: rs2 %u", rows[i].text, insn.rs2);
        cr_expect_eq(insn.imm, rows[i].imm, "%s: imm %ld", rows[i].text, insn.imm);
        cr_expect_eq(insn.length, 2, "%s", rows[i].text);
        cr_expect_eq(insn.word, rows[i].word, "%s", rows[i].text);
    }
}

Test(compressed, reserved_forms_are_illegal)
{
    static const struct {
        uint16_t word;
        const char *why;
    } rows[] = {
        {0x0000, "the defined illegal instruction"},
        {0x001c, "c.addi4spn with nzuimm 0"},
        {0x8000, "quadrant 0, funct3 4"},
        {0x2001, "c.addiw with rd 0"},
        {0x2005, "c.addiw with rd 0 and imm 1"},
        {0x6101, "c.addi16sp with nzimm 0"},
        {0x6081, "c.lui with nzimm 0"},
        {0x6001, "c.lui with nzimm 0 and rd 0"},
        {0x9c41, "quadrant 1, funct6 0x27, funct2 2"},
        {0x9c61, "quadrant 1, funct6 0x27, funct2 3"},
        {0x4002, "c.lwsp with rd 0"},
        {0x6002, "c.ldsp with rd 0"},
        {0x8002, "c.jr with rs1 0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(decode(rows[i].word).id, INSN_ILLEGAL, "%s", rows[i].why);
}

/* On RV64 the words of c.flw are those of c.ld, so that F alone has no compressed forms. */
Test(compressed, floating_point_forms_belong_to_d)
{
    static const uint16_t words[] = {0x2000, 0xa000, 0x2002, 0xa002};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        cr_expect_neq(decode(words[i]).id, INSN_ILLEGAL, "%04x", words[i]);
        cr_expect_eq(insn_decode(words[i], ISA_FULL & ~ISA(D)).id, INSN_ILLEGAL, "%04x", words[i]);
    }
}

/* What stands behind each of objdump's names: the base instruction, the syntax of its operands,
 * and the registers that the text does not name. */
enum { READ = -1, AS_RD = -2 };
static const struct form {
    const char *name;
    uint16_t id;
    const char *syntax;
    int rd, rs1, rs2;
} forms[] = {
    {"c.addi4spn", INSN_addi, "rdp, sp, imm", READ, 2, 0},
    {"c.fld", INSN_fld, "frdp, imm(rs1p)", READ, READ, 0},
    {"c.fsd", INSN_fsd, "frs2p, imm(rs1p)", 0, READ, READ},
    {"c.fldsp", INSN_fld, "frd, imm(sp)", READ, 2, 0},
    {"c.fsdsp", INSN_fsd, "frs2, imm(sp)", 0, 2, READ},
    {"c.lw", INSN_lw, "rdp, imm(rs1p)", READ, READ, 0},
    {"c.ld", INSN_ld, "rdp, imm(rs1p)", READ, READ, 0},
    {"c.sw", INSN_sw, "rs2p, imm(rs1p)", 0, READ, READ},
    {"c.sd", INSN_sd, "rs2p, imm(rs1p)", 0, READ, READ},
    {"c.addi", INSN_addi, "rd, imm", READ, AS_RD, 0},
    {"c.addiw", INSN_addiw, "rd, imm", READ, AS_RD, 0},
    {"c.li", INSN_addi, "rd, imm", READ, 0, 0},
    {"c.addi16sp", INSN_addi, "sp, imm", 2, 2, 0},
    {"c.lui", INSN_lui, "rd, uimm20", READ, 0, 0},
    {"c.srli", INSN_srli, "rdp, shamt", READ, AS_RD, 0},
    {"c.srli64", INSN_srli, "rdp", READ, AS_RD, 0},
    {"c.srai", INSN_srai, "rdp, shamt", READ, AS_RD, 0},
    {"c.srai64", INSN_srai, "rdp", READ, AS_RD, 0},
    {"c.andi", INSN_andi, "rdp, imm", READ, AS_RD, 0},
    {"c.sub", INSN_sub, "rdp, rs2p", READ, AS_RD, READ},
    {"c.xor", INSN_xor, "rdp, rs2p", READ, AS_RD, READ},
    {"c.or", INSN_or, "rdp, rs2p", READ, AS_RD, READ},
    {"c.and", INSN_and, "rdp, rs2p", READ, AS_RD, READ},
    {"c.subw", INSN_subw, "rdp, rs2p", READ, AS_RD, READ},
    {"c.addw", INSN_addw, "rdp, rs2p", READ, AS_RD, READ},
    {"c.j", INSN_jal, "target", 0, 0, 0},
    {"c.beqz", INSN_beq, "rs1p, target", 0, READ, 0},
    {"c.bnez", INSN_bne, "rs1p, target", 0, READ, 0},
    {"c.slli", INSN_slli, "rd, shamt", READ, AS_RD, 0},
    {"c.slli64", INSN_slli, "rd", READ, AS_RD, 0},
    {"c.lwsp", INSN_lw, "rd, imm(sp)", READ, 2, 0},
    {"c.ldsp", INSN_ld, "rd, imm(sp)", READ, 2, 0},
    {"c.jr", INSN_jalr, "rs1", 0, READ, 0},
    {"c.mv", INSN_add, "rd, rs2", READ, 0, READ},
    {"c.ebreak", INSN_ebreak, "", 0, 0, 0},
    {"c.jalr", INSN_jalr, "rs1", 1, READ, 0},
    {"c.add", INSN_add, "rd, rs2", READ, AS_RD, READ},
    {"c.swsp", INSN_sw, "rs2, imm(sp)", 0, 2, READ},
    {"c.sdsp", INSN_sd, "rs2, imm(sp)", 0, 2, READ},
};

static const struct form *find_form(const char *name)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
    return NULL;
}

static bool is_implied(int expected, unsigned actual, unsigned rd)
{
    return expected == READ || actual == (expected == AS_RD ? rd : (unsigned)expected);
}

static bool stands_for(const struct form *form, const struct line *line, const struct insn *insn)
{
    return insn->id == form->id && line_agrees(line, form->syntax, insn) &&
           is_implied(form->rd, insn->rd, insn->rd) && is_implied(form->rs1, insn->rs1, insn->rd) &&
           is_implied(form->rs2, insn->rs2, insn->rd) &&
           /* the 64 forms have no amount in their text: it is zero, a hint on RV64 */
           (!strstr(form->name, "64") || insn->imm == 0);
}

Test(compressed, objdump_reads_all_half_words_as_the_decoder_does)
{
    static uint16_t words[0xc000];
    static struct line lines[0xc000];
    size_t total = 0;
    for (uint32_t word = 0; word < 0x10000; word++)
        if (!insn_is_long(word))
            words[total++] = (uint16_t)word;
    cr_assert_eq(total, 0xc000);
    cr_assert_eq(objdump(words, sizeof words, lines, total), total);
    for (size_t i = 0; i < total; i++) {
        struct insn insn = decode(words[i]);
        bool is_ours = !line_is_illegal(&lines[i]);
        /* objdump prints c.addi16sp of 0, which table 16.6 reserves. */
        is_ours &= words[i] != 0x6101;
        const struct form *form = is_ours ? find_form(lines[i].name) : NULL;
        bool agrees =
            is_ours ? form && stands_for(form, &lines[i], &insn) : insn.id == INSN_ILLEGAL;
        if (!agrees)
            cr_expect_fail("%04x is %s %s", words[i], lines[i].name, lines[i].operands);
    }
}

/* What a field of the word says that an operand is: registers of three bits are x8 to x15. */
static void check_field(const struct insn *insn, const struct insn_field *field, uint32_t *imm,
                        uint32_t *known)
{
    const uint8_t registers[] = {
        [FIELD_RD] = insn->rd, [FIELD_RS1] = insn->rs1, [FIELD_RS2] = insn->rs2};
    uint32_t width = field->high - field->low + 1u, ones = (1u << width) - 1;
    uint32_t bits = insn->word >> field->low & ones;
    if (field->kind == FIELD_IMM) {
        *imm |= bits << field->to;
        *known |= ones << field->to;
    } else if (field->kind != FIELD_FIXED) {
        cr_expect_eq(registers[field->kind], width == 3 ? 8 + bits : bits, "%04x", insn->word);
    }
}

Test(compressed, the_fields_of_each_word_cover_it_once_and_hold_its_operands)
{
    for (uint32_t word = 0; word < 0x10000; word++) {
        struct insn insn = decode(word);
        if (insn_is_long(word) || insn.id == INSN_ILLEGAL)
            continue;
        struct insn_field fields[INSN_FIELDS];
        unsigned count = insn_fields(&insn, fields);
        uint32_t imm = 0, known = 0;
        int top = 15;
        for (unsigned i = 0; i < count; i++) {
            cr_expect_eq(fields[i].high, top, "%04x: field %u", word, i);
            top = fields[i].low - 1;
            check_field(&insn, &fields[i], &imm, &known);
        }
        cr_expect_eq(top, -1, "%04x: %u fields", word, count);
        cr_expect_eq((uint32_t)insn.imm & known, imm, "%04x: imm %lx, %x", word, insn.imm, imm);
    }
}
