/* One instruction word, field by field, drawn as the manual draws it (ISA figures 2.2 to 2.4). */
#include "dis.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIELDS = INSN_FIELDS };

/* A picture is four lines that grow together: bit numbers, rule, bits, names. */
struct picture {
    char numbers[200], rule[200], bits[200], names[200];
};

__attribute__((format(printf, 3, 4))) static void append(char *line, size_t size,
                                                         const char *format, ...)
{
    size_t used = strlen(line);
    va_list list;
    va_start(list, format);
    vsnprintf(line + used, size - used, format, list);
    va_end(list);
}

/* True when the operand syntax of the instruction has this word. */
static bool has_word(const struct insn *insn, const char *word)
{
    return strstr(insn_table[insn->id].operands, word) != NULL;
}

/* What the manual calls the bits that the decoder puts into the immediate. */
static const char *name_of_imm(const struct insn *insn)
{
    static const char *const words[] = {"rm", "csr", "shamt"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (has_word(insn, words[i]))
            return words[i];
    return insn_table[insn->id].format == FMT_FENCE ? "fm, pred, succ" : "imm";
}

static void name_field(const struct insn_field *field, const struct insn *insn, char name[32])
{
    static const char *const registers[] = {
        [FIELD_RD] = "rd", [FIELD_RS1] = "rs1", [FIELD_RS2] = "rs2", [FIELD_RS3] = "rs3"};
    static const struct {
        uint8_t high, low;
        const char *name;
    } fixed[] = {{6, 0, "opcode"},   {14, 12, "funct3"}, {31, 25, "funct7"}, {31, 26, "funct6"},
                 {31, 27, "funct5"}, {1, 0, "op"},       {15, 13, "funct3"}, {15, 12, "funct4"}};
    name[0] = 0;
    if (field->kind == FIELD_IMM && insn->length == 4 && strcmp(name_of_imm(insn), "imm") != 0)
        snprintf(name, 32, "%s", name_of_imm(insn));
    else if (field->kind == FIELD_IMM && field->high == field->low)
        snprintf(name, 32, "imm[%u]", field->to);
    else if (field->kind == FIELD_IMM)
        snprintf(name, 32, "imm[%u:%u]", field->to + field->high - field->low, field->to);
    else if (field->kind != FIELD_FIXED)
        snprintf(name, 32, "%s", registers[field->kind]);
    else
        for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
            if (fixed[i].high == field->high && fixed[i].low == field->low &&
                (insn->length == 4) == (i < 5))
                snprintf(name, 32, "%s", fixed[i].name);
}

static void draw_field(struct picture *picture, const struct insn_field *field,
                       const struct insn *insn)
{
    char name[32], bits[33] = "", numbers[16];
    unsigned count = field->high - field->low + 1u;
    for (unsigned i = 0; i < count; i++)
        bits[i] = insn->word >> (field->high - i) & 1 ? '1' : '0';
    name_field(field, insn, name);
    unsigned width = count > strlen(name) ? count : (unsigned)strlen(name);
    if (count > 1 && width < 5)
        width = 5; /* room for two numbers */
    if (count == 1)
        snprintf(numbers, sizeof numbers, "%*u", (int)width, field->high);
    else
        snprintf(numbers, sizeof numbers, "%-*u%u", (int)width - (field->low > 9 ? 2 : 1),
                 field->high, field->low);
    append(picture->numbers, sizeof picture->numbers, "  %-*s", (int)width, numbers);
    append(picture->rule, sizeof picture->rule, "+%.*s", (int)width + 1,
           "----------------------------------");
    append(picture->bits, sizeof picture->bits, "|%*s%-*s", (int)(width + 1 - count) / 2, "",
           (int)(width + 1 - (width + 1 - count) / 2), bits);
    append(picture->names, sizeof picture->names, "|%*s%-*s", (int)(width + 1 - strlen(name)) / 2,
           "", (int)(width + 1 - (width + 1 - strlen(name)) / 2), name);
}

/* What the operands come to, a line each. */
static void list_operands(const struct insn *insn, const struct insn_field *fields, unsigned count,
                          char *text, size_t size)
{
    static const char *const names[] = {
        [FIELD_RD] = "rd", [FIELD_RS1] = "rs1", [FIELD_RS2] = "rs2", [FIELD_RS3] = "rs3"};
    const uint8_t numbers[] = {[FIELD_RD] = insn->rd,
                               [FIELD_RS1] = insn->rs1,
                               [FIELD_RS2] = insn->rs2,
                               [FIELD_RS3] = insn->rs3};
    bool has_imm = false;
    for (unsigned i = count; i-- > 0;) {
        uint8_t kind = fields[i].kind;
        has_imm |= kind == FIELD_IMM;
        if (kind == FIELD_FIXED || kind == FIELD_IMM)
            continue;
        char as_float[8];
        snprintf(as_float, sizeof as_float, "f%s", names[kind]);
        append(text, size, "  %-4s= %2u, %s\n", names[kind], numbers[kind],
               has_word(insn, as_float) ? names_of_f(numbers[kind], false)
                                        : names_of_x(numbers[kind], false));
    }
    if (has_imm)
        append(text, size, "  %s = %" PRId64 ", 0x%" PRIx64 "\n", name_of_imm(insn), insn->imm,
               (uint64_t)insn->imm);
}

void dis_explain(struct dis *dis, uint32_t word, uint64_t pc, char *text, size_t size)
{
    struct insn_field fields[FIELDS];
    struct picture picture = {0};
    char line[200];
    struct insn insn = insn_decode(word, dis->isa);
    dis_insn(dis, word, pc, line, sizeof line);
    for (char *at = line; *at; at++)
        *at = (char)(*at == '\t' ? ' ' : *at);
    if (insn.id == INSN_ILLEGAL) {
        snprintf(text, size, "%0*" PRIx32 "  no instruction of this machine", insn.length * 2,
                 insn.word);
        return;
    }
    unsigned count = insn_fields(&insn, fields);
    for (unsigned i = 0; i < count; i++)
        draw_field(&picture, &fields[i], &insn);
    snprintf(text, size, "%0*" PRIx32 "  %s\n\n%s\n%s+\n%s|\n%s|\n%s+\n\n", insn.length * 2,
             insn.word, line, picture.numbers, picture.rule, picture.bits, picture.names,
             picture.rule);
    append(text, size, "  %s: ", insn_table[insn.id].name);
    append(text, size, "%s%s\n", insn.length == 2 ? "what the 16-bit form " : "operands ",
           insn.length == 2 ? "stands for" : insn_table[insn.id].operands);
    list_operands(&insn, fields, count, text, size);
    size_t used = strlen(text);
    if (used && text[used - 1] == '\n')
        text[used - 1] = 0;
}
