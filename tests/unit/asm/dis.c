/* Texts of instructions, at the places where they are not just the table. */
#include "dis.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *text_of(uint32_t word, uint64_t pc, bool is_canonical)
{
    static char text[200];
    struct dis dis = {.isa = ISA_FULL, .is_canonical = is_canonical};
    dis_insn(&dis, word, pc, text, sizeof text);
    return text;
}

Test(dis, words_have_the_text_that_the_manual_gives_them)
{
    static const struct {
        uint32_t word;
        const char *alias, *canonical;
    } rows[] = {
        {0x00000013, "nop", "addi\tzero,zero,0"},
        {0x00008067, "ret", "jalr\tzero,0(ra)"},
        {0xfff00513, "li\ta0,-1", "addi\ta0,zero,-1"},
        {0xfff5c593, "not\ta1,a1", "xori\ta1,a1,-1"},
        {0x00b55463, "bge\ta0,a1,0x108", "bge\ta0,a1,0x108"},
        {0x00050463, "beqz\ta0,0x108", "beq\ta0,zero,0x108"},
        {0x30001073, "csrw\tmstatus,zero", "csrrw\tzero,mstatus,zero"},
        {0xc0102573, "rdtime\ta0", "csrrs\ta0,time,zero"},
        {0xb0302573, "csrr\ta0,mhpmcounter3", "csrrs\ta0,mhpmcounter3,zero"},
        {0x3bf02573, "csrr\ta0,pmpaddr15", "csrrs\ta0,pmpaddr15,zero"},
        {0x140522af, "lr.w.aq\tt0,(a0)", "lr.w.aq\tt0,(a0)"},
        {0x0ff0000f, "fence", "fence\tiorw,iorw"},
        {0x8330000f, "fence.tso", "fence.tso"},
        {0x22a50553, "fmv.d\tfa0,fa0", "fsgnj.d\tfa0,fa0,fa0"},
        {0x02b57553, "fadd.d\tfa0,fa0,fa1", "fadd.d\tfa0,fa0,fa1"},
        {0x02b51553, "fadd.d\tfa0,fa0,fa1,rtz", "fadd.d\tfa0,fa0,fa1,rtz"},
        {0x0001, "nop", "c.nop"},
        {0x852e, "mv\ta0,a1", "c.mv\ta0,a1"},
        {0x8082, "ret", "c.jr\tra"},
        {0x4501, "li\ta0,0", "c.li\ta0,0"},
        {0x0000, ".insn\t2, 0x0000", ".insn\t2, 0x0000"},
        {0xffffffff, ".insn\t4, 0xffffffff", ".insn\t4, 0xffffffff"},
        {0x02b55553, ".insn\t4, 0x02b55553", ".insn\t4, 0x02b55553"}, /* rounding mode 5 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *text = text_of(rows[i].word, 0x100, false);
        cr_expect_str_eq(text, rows[i].alias, "%08x: %s", rows[i].word, text);
        text = text_of(rows[i].word, 0x100, true);
        cr_expect_str_eq(text, rows[i].canonical, "%08x: %s", rows[i].word, text);
    }
}

Test(dis, an_upper_immediate_names_the_address_that_the_next_instruction_makes)
{
    struct dis dis = {.isa = ISA_FULL};
    char text[200];
    dis_insn(&dis, 0x00001517, 0x80000000, text, sizeof text); /* auipc a0, 1 */
    dis_insn(&dis, 0x01050513, 0x80000004, text, sizeof text);
    cr_expect_str_eq(text, "add\ta0,a0,16 # 0x80001010");
}

Test(dis, an_explanation_has_every_bit_once_and_the_operands_values)
{
    struct dis dis = {.isa = ISA_FULL};
    char text[2048];
    dis_explain(&dis, 0x00b55463, 0, text, sizeof text);
    cr_expect_not_null(strstr(text, "imm[12]"));
    cr_expect_not_null(strstr(text, "imm[10:5]"));
    cr_expect_not_null(strstr(text, "rs2 = 11, a1"));
    cr_expect_not_null(strstr(text, "imm = 8"));
    dis_explain(&dis, 0x02b57553, 0, text, sizeof text);
    cr_expect_not_null(strstr(text, "|  rm  |"));
    cr_expect_not_null(strstr(text, "rd  = 10, fa0"));
    dis_explain(&dis, 0x10a7302f, 0, text, sizeof text);
    cr_expect_not_null(strstr(text, "no instruction"));
}

Test(dis, a_text_is_cut_to_its_room)
{
    struct dis dis = {.isa = ISA_FULL};
    char text[8] = "";
    dis_insn(&dis, 0x30001073, 0, text, sizeof text);
    cr_expect_str_eq(text, "csrw\tms");
}

Test(dis, names_that_are_near_are_suggested)
{
    form_init();
    static const struct {
        const char *typed, *meant;
    } rows[] = {
        {"addii", "addi"}, {"lww", "lw"}, {"jlar", "jalr"}, {"csrrv", "csrr"}, {"frobnicate", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct near near = near_begin((struct text){rows[i].typed, strlen(rows[i].typed)});
        form_try_near(&near);
        cr_expect_str_eq(near.name, rows[i].meant, "%s: %s", rows[i].typed, near.name);
    }
}
