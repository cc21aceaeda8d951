/* The encoder, which is the decoder's inverse, and the choice of a 16-bit form. */
#include <criterion/criterion.h>

#include "insn.h"

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

/* All operand bits at once, none, and at random: whatever the decoder takes apart comes together.
 */
Test(encode, every_row_comes_back_from_its_operands)
{
    uint64_t seed = 1;
    for (int id = 0; id < INSN_COUNT; id++) {
        const struct insn_info *row = &insn_table[id];
        for (int sample = 0; sample < 1000; sample++) {
            uint32_t fill = sample == 0 ? 0 : sample == 1 ? ~0u : next_random(&seed);
            uint32_t word = row->match | (fill & ~row->mask);
            struct insn insn = insn_decode(word, ~(isa_t)0);
            cr_assert_eq(insn_encode(&insn), word, "%s: %08x", row->name, word);
        }
    }
}

/* Words by hand, so that decoder and encoder cannot be wrong together. */
Test(encode, operands_stand_where_the_manual_puts_them)
{
    static const struct {
        struct insn insn;
        uint32_t word;
    } rows[] = {
        {{.id = INSN_addi, .rd = 10, .rs1 = 11, .imm = -1}, 0xfff58513},
        {{.id = INSN_sd, .rs1 = 2, .rs2 = 1, .imm = -8}, 0xfe113c23},
        {{.id = INSN_beq, .rs1 = 10, .rs2 = 11, .imm = -4096}, 0x80b50063},
        {{.id = INSN_jal, .rd = 1, .imm = 0xffffe}, 0x7ffff0ef},
        {{.id = INSN_lui, .rd = 5, .imm = -4096}, 0xfffff2b7},
        {{.id = INSN_csrrwi, .rd = 1, .rs1 = 31, .imm = 0x300}, 0x300fd0f3},
        {{.id = INSN_lr_d, .rd = 5, .rs1 = 10, .imm = 2}, 0x140532af},
        {{.id = INSN_fmadd_d, .rd = 1, .rs1 = 2, .rs2 = 3, .rs3 = 4, .imm = 7}, 0x223170c3},
        {{.id = INSN_ecall, .rd = 9, .rs1 = 9, .rs2 = 9, .imm = 9}, 0x00000073},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(insn_encode(&rows[i].insn), rows[i].word, "%s: %08x",
                     insn_table[rows[i].insn.id].name, insn_encode(&rows[i].insn));
}

/* Hints do nothing that their base instruction does not, so no assembler may choose them. */
static bool is_hint(uint32_t word)
{
    static const struct {
        uint16_t match, mask;
    } hints[] = {
        {0x0001, 0xef83}, /* c.nop with an immediate; c.nop itself is none */
        {0x0001, 0xf07f}, /* c.addi by 0 */
        {0x4001, 0xef83}, /* c.li x0 */
        {0x6001, 0xef83}, /* c.lui x0 */
        {0x8002, 0xff83}, /* c.mv x0 */
        {0x9002, 0xff83}, /* c.add x0 */
        {0x0002, 0xef83}, /* c.slli x0 */
        {0x0002, 0xf07f}, /* c.slli by 0 */
        {0x8001, 0xfc7f}, /* c.srli by 0 */
        {0x8401, 0xfc7f}, /* c.srai by 0 */
    };
    for (size_t i = 0; i < sizeof hints / sizeof *hints && word != 0x0001 && word != 0x9002; i++)
        if ((word & hints[i].mask) == hints[i].match)
            return true;
    return false;
}

/* ISA 16.8: whatever a 16-bit word does, a base instruction finds a 16-bit word for it. */
Test(encode, every_compressed_word_but_hints_is_found_for_what_it_means)
{
    unsigned found = 0;
    for (uint32_t word = 0; word < 0x10000; word++) {
        struct insn insn = insn_decode_compressed(word);
        if (insn_is_long(word) || insn.id == INSN_ILLEGAL)
            continue;
        uint32_t chosen = insn_compress(&insn, RVC_ANY);
        struct insn means = insn_decode_compressed(chosen);
        if (is_hint(word)) {
            cr_expect_neq(chosen, word, "%04x is a hint", word);
            continue;
        }
        cr_expect(means.id == insn.id && insn_encode(&means) == insn_encode(&insn),
                  "%04x became %04x", word, chosen);
        cr_expect_leq(insn_find_compressed(chosen), insn_find_compressed(word), "%04x", word);
        found++;
    }
    cr_expect_gt(found, 40000);
}

Test(encode, only_the_rows_that_are_asked_for_are_tried)
{
    struct insn insn = {.id = INSN_addi, .rd = 10, .rs1 = 0, .imm = 0};
    cr_expect_eq(insn_compress(&insn, RVC_ANY), 0x4501); /* c.li a0, 0 */
    cr_expect_eq(insn_compress(&insn, RVC_ANY & ~((rvc_set_t)1 << RVC_c_li)), 0);
}

Test(encode, what_has_no_16_bit_form_stays_long)
{
    static const struct insn rows[] = {
        {.id = INSN_addi, .rd = 10, .rs1 = 11, .imm = 1}, /* two registers */
        {.id = INSN_addi, .rd = 10, .rs1 = 10, .imm = 32},
        {.id = INSN_addi, .rd = 10, .rs1 = 10, .imm = 0}, /* a hint */
        {.id = INSN_addi, .rd = 10, .rs1 = 2, .imm = 6},  /* not a multiple of four */
        {.id = INSN_lw, .rd = 10, .rs1 = 11, .imm = 128},
        {.id = INSN_lw, .rd = 10, .rs1 = 11, .imm = -4},
        {.id = INSN_lw, .rd = 0, .rs1 = 2, .imm = 4}, /* reserved */
        {.id = INSN_sub, .rd = 8, .rs1 = 9, .rs2 = 8},
        {.id = INSN_and, .rd = 8, .rs1 = 8, .rs2 = 16},
        {.id = INSN_jalr, .rd = 1, .rs1 = 10, .imm = 4},
        {.id = INSN_jalr, .rd = 1, .rs1 = 0, .imm = 0},
        {.id = INSN_lui, .rd = 2, .imm = 0x1000}, /* c.addi16sp */
        {.id = INSN_lui, .rd = 1, .imm = 0x20000},
        {.id = INSN_beq, .rs1 = 8, .rs2 = 1, .imm = 8},
        {.id = INSN_mul, .rd = 8, .rs1 = 8, .rs2 = 9},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_eq(insn_compress(&rows[i], RVC_ANY), 0, "%zu: %04x", i,
                     insn_compress(&rows[i], RVC_ANY));
}
