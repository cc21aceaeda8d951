/* The instruction table against GNU as: the text of each row, with operands at their edges, is
 * assembled, and must come out as the bits that the table gives it. The other direction, from bits
 * to text, is insn.c's, and of compressed forms compressed.c's. */
#include "insn.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tools/encode.h"

#define COMMAND                                                                                    \
    "riscv64-unknown-elf-as -mno-relax -march=rv64imafd_zicsr_zifencei_zba_zbb -o %s.o %s && "     \
    "riscv64-unknown-elf-objcopy -O binary %s.o %s"

enum { SAMPLES = 30, LINES = INSN_COUNT * SAMPLES };

/* The operands of one line; `imm` as encode() has it. */
struct operands {
    unsigned rd, rs1, rs2, rs3, order;
    int64_t imm;
};

/* The i-th value of the immediate: its edges, by format (ISA figures 2.3 and 2.4). */
static int64_t edge(enum insn_format format, unsigned i)
{
    static const int64_t signed12[] = {0, 1, -1, 2047, -2048, 1024},
                         shifts[] = {0, 1, 5, 31, 32, 63},
                         branches[] = {0, 2, -2, 4094, -4096, 2048},
                         jumps[] = {0, 2, -2, 1048574, -1048576, 4096},
                         upper[] = {0, 1, 0x7ffff, 0x80000, 0xfffff, 0x12345},
                         csrs[] = {0, 1, 0x300, 0x7ff, 0x800, 0xfff},
                         fences[] = {0xff, 0x11, 0x88, 0x31, 0x13, 0x5a},
                         roundings[] = {0, 1, 2, 3, 4, 7};
    switch (format) {
    case FMT_I:
    case FMT_S:
        return signed12[i];
    case FMT_SH:
        return shifts[i];
    case FMT_SHW:
        return shifts[i] & 31;
    case FMT_B:
        return branches[i];
    case FMT_J:
        return jumps[i];
    case FMT_U:
        return (int64_t)(int32_t)(uint32_t)(upper[i] << 12);
    case FMT_CSR:
    case FMT_CSRI:
        return csrs[i];
    case FMT_FENCE:
        return fences[i];
    case FMT_RM:
    case FMT_R2M:
    case FMT_R4:
        return roundings[i];
    case FMT_N:
    case FMT_R:
    case FMT_R2:
    case FMT_SFENCE:
    case FMT_LR:
    case FMT_AMO:
        return 0;
    }
    return 0;
}

static struct operands sample(enum insn_id id, unsigned i)
{
    static const unsigned registers[] = {0, 31, 1, 16, 15};
    return (struct operands){.rd = registers[i % 5],
                             .rs1 = registers[(i + 1) % 5],
                             .rs2 = registers[(i + 2) % 5],
                             .rs3 = registers[(i + 3) % 5],
                             .order = i % 4,
                             .imm = edge(insn_table[id].format, i % 6)};
}

/* fence, and its letters for pred and succ (ISA 2.7). */
static int print_set(char *text, unsigned set)
{
    int used = 0;
    for (int bit = 3; bit >= 0; bit--)
        if (set >> bit & 1)
            text[used++] = "wroi"[bit];
    text[used] = 0;
    return used;
}

/* One word of an operand syntax, as text. */
static int print_operand(char *text, const char *word, const struct operands *o)
{
    static const char *const roundings[] = {"rne", "rtz", "rdn", "rup", "rmm", "", "", "dyn"};
    const struct {
        const char *word, *prefix;
        unsigned number;
    } registers[] = {{"rd", "x", o->rd},
                     {"rs1", "x", o->rs1},
                     {"rs2", "x", o->rs2},
                     {"frd", "f", o->rd},
                     {"frs1", "f", o->rs1},
                     {"frs2", "f", o->rs2},
                     {"frs3", "f", o->rs3},
                     {"uimm5", "", o->rs1},
                     {"csr", "", (unsigned)o->imm},
                     {"uimm20", "", (uint32_t)o->imm >> 12}};
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++)
        if (strcmp(word, registers[i].word) == 0)
            return sprintf(text, "%s%u", registers[i].prefix, registers[i].number);
    if (strcmp(word, "target") == 0)
        return sprintf(text, ".%+ld", o->imm);
    if (strcmp(word, "pred") == 0)
        return print_set(text, (unsigned)o->imm >> 4);
    if (strcmp(word, "succ") == 0)
        return print_set(text, (unsigned)o->imm & 15);
    if (strcmp(word, "rm") == 0)
        return sprintf(text, "%s", roundings[o->imm]);
    return sprintf(text, "%ld", o->imm); /* imm, shamt */
}

static bool is_atomic(enum insn_id id)
{
    return insn_table[id].format == FMT_AMO || insn_table[id].format == FMT_LR;
}

/* These conversions are exact, and as 2.40 gives them no rounding mode (see insn.c). */
static bool has_no_rounding(enum insn_id id)
{
    return id == INSN_fcvt_d_s || id == INSN_fcvt_d_w || id == INSN_fcvt_d_wu;
}

static void print_line(FILE *file, enum insn_id id, const struct operands *o)
{
    static const char *const orders[] = {"", ".rl", ".aq", ".aqrl"};
    const struct insn_info *row = &insn_table[id];
    size_t end = strlen(row->operands) - (has_no_rounding(id) ? strlen(", rm") : 0);
    for (const char *name = row->name; *name; name++)
        fputc(*name == '_' ? '.' : *name, file);
    fprintf(file, "%s ", is_atomic(id) ? orders[o->order] : "");
    for (size_t at = 0; at < end;) {
        char word[12] = "", text[24];
        size_t length = strspn(row->operands + at, "abcdefghijklmnopqrstuvwxyz0123456789");
        if (length) {
            memcpy(word, row->operands + at, length);
            print_operand(text, word, o);
            fputs(text, file);
        } else {
            fputc(row->operands[at], file);
        }
        at += length ? length : 1;
    }
    fputc('\n', file);
}

static uint32_t expected(enum insn_id id, const struct operands *o)
{
    enum insn_format format = insn_table[id].format;
    bool has_rounding = format == FMT_RM || format == FMT_R2M || format == FMT_R4;
    int64_t imm = has_rounding ? o->imm | (int64_t)o->rs3 << 3 : o->imm;
    if (has_no_rounding(id))
        imm = 0;
    unsigned no_rd = format == FMT_FENCE ? 0 : o->rd;
    unsigned no_rs1 = format == FMT_FENCE ? 0 : o->rs1;
    if (id == INSN_fence_i)
        imm = 0;
    uint32_t word = encode(id, no_rd, no_rs1, o->rs2, imm);
    return is_atomic(id) ? word | o->order << 25 : word;
}

/* Assembles the file at `path`, and puts its words in its place. */
static void assemble(const char *path)
{
    char command[400], object[64];
    snprintf(object, sizeof object, "%s.o", path);
    snprintf(command, sizeof command, COMMAND, path, path, path, path);
    int status = system(command);
    unlink(object);
    cr_assert_eq(status, 0, "riscv64-unknown-elf-as refuses what the table says");
}

Test(assembler, gnu_as_gives_each_row_the_bits_of_the_table)
{
    static uint32_t words[LINES + 1];
    char path[] = "/tmp/trapeze-unit-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    cr_assert_not_null(file);
    for (unsigned i = 0; i < LINES; i++) {
        struct operands operands = sample(i / SAMPLES, i % SAMPLES);
        print_line(file, i / SAMPLES, &operands);
    }
    fclose(file);
    assemble(path);
    file = fopen(path, "r");
    size_t count = fread(words, 4, LINES + 1, file);
    fclose(file);
    unlink(path);
    cr_assert_eq(count, LINES, "%zu words", count);
    for (unsigned i = 0; i < LINES; i++) {
        struct operands operands = sample(i / SAMPLES, i % SAMPLES);
        uint32_t word = expected(i / SAMPLES, &operands);
        cr_expect_eq(words[i], word, "%s: as says %08x, the table %08x",
                     insn_table[i / SAMPLES].name, words[i], word);
    }
}
