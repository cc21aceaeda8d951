/* Counting, and what is too little. */
#include "coverage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "csr.h"
#include "trap.h"

static void add_field(struct coverage *c, unsigned number, const char *name, size_t length,
                      unsigned high, unsigned low)
{
    struct field_use *field = &c->field[c->fields++];
    field->number = number;
    snprintf(field->name, sizeof field->name, "%.*s", (int)length, name);
    field->high = high;
    field->low = low;
}

/* "NAME high:low NAME bit ...", as csr.def has it; a register without fields is one. */
static void add_fields(struct coverage *c, unsigned number, const char *fields)
{
    if (!*fields)
        add_field(c, number, "", 0, 63, 0);
    for (const char *at = fields; *at; at += *at == ' ') {
        size_t length = strcspn(at, " ");
        char *end;
        unsigned high = (unsigned)strtoul(at + length, &end, 10), low = high;
        if (*end == ':')
            low = (unsigned)strtoul(end + 1, &end, 10);
        add_field(c, number, at, length, high, low);
        at = end;
    }
}

void coverage_init(struct coverage *coverage)
{
    memset(coverage, 0, sizeof *coverage);
    for (unsigned row = 0; row < csr_rows; row++)
        for (unsigned i = 0; i < csr_table[row].count; i++)
            if ((csr_table[row].number + i) >> 10 != 3) /* those that can be written */
                add_fields(coverage, csr_table[row].number + i, csr_table[row].fields);
}

static const struct {
    const char *name;
    uint16_t match, mask;
} forms[RVC_COUNT] = {
#define RVC(name, format, match, mask, operands, expands) {#name, match, mask},
#include "compressed.def"
};

/* The first row that fits is the word's. */
static unsigned form_of(uint32_t word)
{
    unsigned form = 0;
    while ((word & forms[form].mask) != forms[form].match)
        form++;
    return form;
}

void coverage_retired(struct coverage *coverage, struct insn insn, enum mode mode)
{
    coverage->steps++;
    coverage->retired_in[mode]++;
    if (insn.id == INSN_ILLEGAL)
        return;
    coverage->retired[insn.id]++;
    if (insn.length == 2)
        coverage->compressed[form_of(insn.word)]++;
}

static uint64_t field_of(const struct field_use *field, uint64_t value)
{
    unsigned width = field->high - field->low + 1;
    return width == 64 ? value : value >> field->low & (((uint64_t)1 << width) - 1);
}

unsigned field_values(const struct field_use *field)
{
    unsigned width = field->high - field->low + 1;
    return width < 4 ? 1u << width : SAMPLE;
}

/* True: the value is a new one. */
static bool note(struct field_use *field, uint64_t value)
{
    uint64_t part = field_of(field, value);
    for (unsigned i = 0; i < field->count; i++)
        if (field->seen[i] == part)
            return false;
    if (field->count < SAMPLE)
        field->seen[field->count++] = part;
    return true;
}

void coverage_written(struct coverage *coverage, unsigned number, uint64_t value)
{
    for (unsigned i = 0; i < coverage->fields; i++)
        if (coverage->field[i].number == number)
            note(&coverage->field[i], value);
}

void coverage_left_out(struct coverage *coverage, unsigned number, uint64_t value)
{
    for (unsigned i = 0; i < coverage->fields; i++)
        if (coverage->field[i].number == number && note(&coverage->field[i], value))
            coverage->field[i].left_out++;
}

void coverage_trap(struct coverage *coverage, uint64_t cause)
{
    bool is_interrupt = cause & CAUSE_INTERRUPT;
    uint64_t number = cause & ~CAUSE_INTERRUPT;
    if (number < CAUSES)
        (is_interrupt ? coverage->interrupts : coverage->exceptions)[number]++;
}

/* One line of a table of counts, with what is missed. */
static unsigned count_line(FILE *out, const char *name, uint64_t count, uint64_t goal)
{
    fprintf(out, "  %-14s %12" PRIu64 "%s\n", name, count, count < goal ? "  too few" : "");
    return count < goal;
}

static unsigned print_rows(const struct coverage *c, uint64_t goal, isa_t isa, FILE *out)
{
    unsigned missed = 0;
    fprintf(out, "retired, by row\n");
    for (unsigned id = 0; id < INSN_COUNT; id++) {
        bool only_traps = insn_table[id].class == CLASS_TRAPS;
        if (isa_has(isa, insn_table[id].ext))
            missed += count_line(out, insn_table[id].name, c->retired[id], only_traps ? 0 : goal);
    }
    for (unsigned form = 0; form < RVC_COUNT && isa_has(isa, EXT_C); form++)
        missed +=
            count_line(out, forms[form].name, c->compressed[form], form == RVC_c_ebreak ? 0 : goal);
    return missed;
}

static unsigned print_causes(const struct coverage *c, FILE *out)
{
    unsigned missed = 0;
    fprintf(out, "traps taken, by cause\n");
#define EXCEPTION(name, number, text)                                                              \
    missed += c->exceptions[number] == 0;                                                          \
    fprintf(out, "  %-34s %12" PRIu64 "%s\n", text, c->exceptions[number],                         \
            c->exceptions[number] ? "" : "  never");
#define INTERRUPT(name, number, text)                                                              \
    missed += c->interrupts[number] == 0;                                                          \
    fprintf(out, "  %-34s %12" PRIu64 "%s\n", text, c->interrupts[number],                         \
            c->interrupts[number] ? "" : "  never");
#include "cause.def"
    return missed;
}

static unsigned print_fields(const struct coverage *c, isa_t isa, FILE *out)
{
    unsigned missed = 0;
    fprintf(out, "values written, by CSR and field\n");
    for (unsigned i = 0; i < c->fields; i++) {
        const struct field_use *field = &c->field[i];
        const struct csr_info *info = csr_find(field->number);
        if (!isa_has(isa, info->ext))
            continue;
        bool is_few = field->count < field_values(field);
        char place[8] = "";
        if (info->count > 1)
            snprintf(place, sizeof place, "+%u", field->number - info->number);
        missed += is_few;
        fprintf(out, "  %s%s.%s %u of %u", info->name, place, field->name, field->count,
                field_values(field));
        if (field->left_out)
            fprintf(out, ", %u of them left out", field->left_out);
        fprintf(out, "%s\n", is_few ? "  too few" : "");
    }
    return missed;
}

unsigned coverage_print(const struct coverage *c, uint64_t retired, isa_t isa, FILE *out)
{
    unsigned missed = print_rows(c, retired, isa, out);
    missed += print_causes(c, out);
    missed += print_fields(c, isa, out);
    fprintf(out, "left out, by exception\n");
    for (unsigned i = 0; i < DEVIATIONS; i++)
        fprintf(out, "  %-10s %8" PRIu64 "  %s (%s)\n", deviation_table[i].name, c->excused[i],
                deviation_table[i].text, deviation_table[i].section);
    fprintf(out,
            "%" PRIu64 " cases (%" PRIu64 " given up), %" PRIu64 " instructions generated, %" PRIu64
            " retired: U %" PRIu64 ", S %" PRIu64 ", M %" PRIu64 "\n",
            c->cases, c->hung, c->generated, c->steps, c->retired_in[MODE_U], c->retired_in[MODE_S],
            c->retired_in[MODE_M]);
    return missed;
}
