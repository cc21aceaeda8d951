/* The assembler as a function from text to bytes and messages. */
#define _GNU_SOURCE /* memfd_create */
#include "as.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct outcome {
    unsigned errors;
    char messages[8192];
    uint8_t text[4096];
    size_t size;
};

/* Assembles a text as file "t.s" would be; .text and the messages are what came of it. */
static const struct outcome *assemble(const char *source, const char *march)
{
    static struct as as;
    static struct outcome outcome;
    char path[64], *messages;
    size_t length;
    int fd = memfd_create("t.s", 0);
    cr_assert(fd >= 0 && write(fd, source, strlen(source)) == (ssize_t)strlen(source));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    memset(&outcome, 0, sizeof outcome);
    struct as_options options = {.march = march, .relax = true};
    cr_assert(as_init(&as, &options));
    as.messages = open_memstream(&messages, &length);
    as_file(&as, path);
    as_finish(&as);
    if (!as.errors)
        fix_run(&as);
    fclose(as.messages);
    FILE *out = fmemopen(outcome.messages, sizeof outcome.messages, "w");
    for (const char *at = messages, *name; at; at = name ? name + strlen(path) : NULL) {
        name = strstr(at, path);
        fprintf(out, "%.*s%s", (int)(name ? name - at : (ptrdiff_t)strlen(at)), at,
                name ? "t.s" : "");
    }
    fclose(out);
    free(messages);
    outcome.errors = as.errors;
    const struct section *text = section_get(&as, ".text");
    outcome.size = as.errors ? 0 : text->count;
    cr_assert_leq(outcome.size, sizeof outcome.text);
    if (outcome.size)
        memcpy(outcome.text, text->bytes, outcome.size);
    as_free(&as);
    close(fd);
    return &outcome;
}

/* Bytes put together by hand from the manual. */
Test(as, instructions_become_the_manuals_words)
{
    static const struct {
        const char *source;
        uint8_t bytes[12];
        size_t size;
    } rows[] = {
        {"addi a0, a1, -1\n", {0x13, 0x85, 0xf5, 0xff}, 4},
        {"add a0,a0,a1", {0x33, 0x05, 0xb5, 0x00}, 4},
        {"sd ra, 8(sp) # keep\n", {0x23, 0x34, 0x11, 0x00}, 4},
        {"1: j 1b", {0x6f, 0x00, 0x00, 0x00}, 4},
        {"beqz a0, 1f; nop; 1:", {0x63, 0x04, 0x05, 0x00, 0x13, 0, 0, 0}, 8},
        {"li a0, 0x12345678", {0x37, 0x55, 0x34, 0x12, 0x1b, 0x05, 0x85, 0x67}, 8},
        {"/* a\n comment */ ret // too", {0x67, 0x80, 0x00, 0x00}, 4},
        {".set x, 2*(3+4)\nli a0, x-1", {0x13, 0x05, 0xd0, 0x00}, 4},
        {".macro twice i:req\n\\i\n\\i\n.endm\n twice ecall", {0x73, 0, 0, 0, 0x73, 0, 0, 0}, 8},
        {".rept 2\n.byte 7\n.endr", {7, 7}, 2},
        {".irp r, 1, 2\n.byte \\r\n.endr", {1, 2}, 2},
        {".if 1 > 2\n.byte 1\n.else\n.byte 2\n.endif", {2}, 1},
        {".ifdef nothing\n.byte 1\n.elseif 1\n.byte 3\n.endif", {3}, 1},
        {".ascii \"a\\n\\x41\\101\"", {'a', '\n', 'A', 'A'}, 4},
        {".uleb128 624485\n.sleb128 -2", {0xe5, 0x8e, 0x26, 0x7e}, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct outcome *outcome = assemble(rows[i].source, "rv64g");
        cr_expect(outcome->size >= rows[i].size &&
                      memcmp(outcome->text, rows[i].bytes, rows[i].size) == 0,
                  "%s: %zu bytes, %u errors, %s", rows[i].source, outcome->size, outcome->errors,
                  outcome->messages);
    }
}

Test(as, a_mistake_is_shown_with_its_place_the_line_and_a_caret)
{
    const struct outcome *outcome = assemble("  nop\n  addi a0, a1, 4096\n", "rv64g");
    cr_expect_eq(outcome->errors, 1);
    cr_expect_str_eq(outcome->messages,
                     "t.s:2:16: immediate 4096 is out of range: it goes from -2048 to 2047\n"
                     "      addi a0, a1, 4096\n"
                     "                   ^\n",
                     "%s", outcome->messages);
}

/* What students mistype, and the words that help. */
Test(as, messages_name_what_is_wrong)
{
    static const struct {
        const char *source, *says;
    } rows[] = {
        {"addii a0, a0, 1", "unknown instruction 'addii'; did you mean addi?"},
        {"sum", "unknown instruction 'sum' (a label would end with a colon); did you mean sub?"},
        {"lw a0, [a1]", "memory is written as an offset and a register, such as 8(sp)"},
        {"li a0, later\n.equ later, 5", "must be a number that is known here"},
        {"add a0, a1", "1:11: an operand is missing here"},
        {"add a0, a1, a2, a3", "there is more here than add takes"},
        {"add a0, a1, 5000", "5000"},
        {"lw a0, 4(b1)", "1:10: a register is needed here, and 'b1' is none"},
        {"add a0, fa1, a2", "fa1 is a floating-point register; an integer register is needed"},
        {"fadd.s fa0, a1, fa2", "a1 is an integer register; a floating-point register is needed"},
        {"slli a0, a0, 64", "the shift amount 64 is out of range: it goes from 0 to 63"},
        {"csrw mstatsu, a0", "no CSR is called mstatsu; did you mean mstatus?"},
        {"mul a0, a0, a1", "is of extension m"},
        {"x: nop\nx: nop", "x is defined already, in line 1"},
        {"j 1f", "there is no label 1: after this line"},
        {"j 1b", "there is no label 1: before this line"},
        {".byte 1/0", "division by zero"},
        {".if 1", "this conditional has no .endif"},
        {".macro m", "there is no .endm"},
        {".align 40", "alignment 40 is out of range"},
        {".fooo", "unknown directive '.fooo'"},
        {".wrod 1", "unknown directive '.wrod'; did you mean .word?"},
        {".ascii hello", "a string in double quotes is needed here"},
        {".word 0x1g", "'g' is no digit of a number of base 16"},
        {"li a0, somewhere", "la loads an address"},
        {".macro r\nr\n.endm\nr", "nested more than"},
        {"c.addi a0, 1", "is of extension c"},
        {".section x, \"axG\", @progbits", "flag G wants the name of a group here"},
        {".section x, \"aGo\", @progbits, a", "flag G wants the name of a group here"},
        {".section x, \"aQ\"", "'Q' is no flag of a section"},
        {".insn cl C0, 2, a0, 8(t0)", "only x8 to x15 have a number in this field"},
        {".insn ci C1, 2, a0, 32", "immediate 32 is out of range: it goes from -32 to 31"},
        {".insn cz 1", "no format is called cz"},
        {".cfi_startproc\n.cfi_lsda 0x33, a\n.cfi_endproc", "no pointer is encoded like this"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct outcome *outcome = assemble(rows[i].source, "rv64ia_f_d_zicsr");
        cr_expect(outcome->errors && strstr(outcome->messages, rows[i].says), "%s: %s",
                  rows[i].source, outcome->messages);
    }
}

Test(as, all_mistakes_of_a_file_are_told_in_one_run)
{
    const struct outcome *outcome =
        assemble("addd a0\nnop\nlw a0\n.foo\nadd a0, a0, a0\n", "rv64g");
    cr_expect_eq(outcome->errors, 3);
    cr_expect_not_null(strstr(outcome->messages, "t.s:1:"));
    cr_expect_not_null(strstr(outcome->messages, "t.s:3:"));
    cr_expect_not_null(strstr(outcome->messages, "t.s:4:"));
}

Test(as, repetition_has_an_end)
{
    const struct outcome *outcome =
        assemble(".macro m\n.byte 1\nm\nm\n.endm\nm\n.rept 100000000\nnop\n.endr\n", "rv64g");
    cr_expect(outcome->errors);
}
