/* The table of forms, built from the architecture's tables at the first use. */
#include "form.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PSEUDOS = 0
#define PSEUDO(...) +1
#define SEQUENCE(...) +1
#include "pseudo.def"
    ,
    /* every instruction and 16-bit form; three more of each atomic; loads and stores of symbols */
    ROOM = PSEUDOS + 5 * INSN_COUNT + RVC_COUNT,
    BUCKETS = 4096, /* a power of two, several times the room */
};

static struct form table[ROOM];
static char names[ROOM][20];
static uint16_t buckets[BUCKETS]; /* of the first form of a name, plus one */
const struct form *forms = table;
unsigned form_count;

/* Operand fields of the word. */
#define RD 0xf80u
#define RS1 0xf8000u
#define RS2 0x1f00000u
#define IMM 0xfff00000u
#define CSR 0xfff00000u
#define AQ_RL 0x06000000u
#define RD_IS(n) ((n) << 7)
#define RS1_IS(n) ((n) << 15)
#define IMM_IS(n) ((uint32_t)(n) << 20)
#define CSR_IS(n) ((uint32_t)(n) << 20)
#define ANY RVC_ANY
#define NONE 0
#define ROW(name) ((rvc_set_t)1 << RVC_##name)

static const struct {
    const char *word;
    uint8_t operand;
} operand_words[] = {
    {"rd", OPERAND_RD},         {"rs1", OPERAND_RS1},         {"rs2", OPERAND_RS2},
    {"rdp", OPERAND_RD},        {"rs1p", OPERAND_RS1},        {"rs2p", OPERAND_RS2},
    {"frd", OPERAND_FRD},       {"frs1", OPERAND_FRS1},       {"frs2", OPERAND_FRS2},
    {"frdp", OPERAND_FRD},      {"frs2p", OPERAND_FRS2},      {"frs3", OPERAND_FRS3},
    {"frs", OPERAND_FRS},       {"sp", OPERAND_SP},           {"imm", OPERAND_IMM},
    {"shamt", OPERAND_SHAMT},   {"uimm20", OPERAND_UIMM20},   {"uimm5", OPERAND_UIMM5},
    {"target", OPERAND_TARGET}, {"csr", OPERAND_CSR},         {"pred", OPERAND_PRED},
    {"succ", OPERAND_SUCC},     {"rm", OPERAND_RM},           {"constant", OPERAND_CONSTANT},
    {"symbol", OPERAND_SYMBOL}, {"address", OPERAND_ADDRESS}, {"callee", OPERAND_CALLEE},
    {"tprel", OPERAND_TPREL},
};

static uint8_t operand_of(struct text word)
{
    for (size_t i = 0; i < sizeof operand_words / sizeof *operand_words; i++)
        if (text_is(word, operand_words[i].word))
            return operand_words[i].operand;
    abort(); /* a table has an operand that nobody explained */
}

/* Takes a syntax such as "rd, imm(rs1)" apart. */
static void compile_operands(struct form *form)
{
    unsigned count = 0;
    for (const char *at = form->syntax; *at;) {
        if (*at == ' ') {
            at++;
        } else if (!isalpha((unsigned char)*at)) {
            if (*at == '(' && (!count || form->operands[count - 1] == ','))
                form->operands[count++] = OPERAND_ZERO;
            form->operands[count++] = (uint8_t)*at++;
        } else {
            struct text word = {at, 0};
            while (isalnum((unsigned char)*at))
                at++;
            word.size = (size_t)(at - word.at);
            uint8_t operand = operand_of(word);
            form->operands[count++] =
                operand == OPERAND_IMM && *at == '(' ? OPERAND_OFFSET : operand;
        }
    }
}

/* The name of a row with the manual's dots, and with a suffix. */
static const char *dotted(const char *name, const char *suffix)
{
    char *text = names[form_count];
    snprintf(text, sizeof names[form_count], "%s%s", name, suffix);
    for (char *at = text; *at; at++)
        *at = (char)(*at == '_' ? '.' : *at);
    return text;
}

static void add(struct form form)
{
    compile_operands(&form);
    table[form_count++] = form;
}

static void add_pseudos(void)
{
#define PSEUDO(use_, name_, expands, operands_, fixed, mask_, rows_)                               \
    add((struct form){.name = (name_),                                                             \
                      .syntax = (operands_),                                                       \
                      .match = insn_table[INSN_##expands].match | (fixed),                         \
                      .mask = insn_table[INSN_##expands].mask | (mask_),                           \
                      .rows = (rows_),                                                             \
                      .id = INSN_##expands,                                                        \
                      .kind = FORM_INSN,                                                           \
                      .use = USE_##use_});
#define SEQUENCE(...)
#include "pseudo.def"
}

/* These stand after the instructions, so that one of an extension comes before its makeshift. */
static void add_sequences(void)
{
#define PSEUDO(...)
#define SEQUENCE(name_, operands_, expand)                                                         \
    add((struct form){.name = (name_),                                                             \
                      .syntax = (operands_),                                                       \
                      .id = SEQUENCE_##expand,                                                     \
                      .kind = FORM_SEQUENCE,                                                       \
                      .use = USE_SYNONYM});
#include "pseudo.def"
}

/* A load or store whose operand is a symbol needs a register for the upper part of its address:
 * an integer load has its own. */
static void add_access(const struct insn_info *info, uint8_t id)
{
    static const struct {
        const char *operands, *syntax;
        uint8_t sequence;
    } shapes[] = {
        {"rd, imm(rs1)", "rd, symbol", SEQUENCE_load},
        {"frd, imm(rs1)", "frd, symbol, rs1", SEQUENCE_load},
        {"rs2, imm(rs1)", "rs2, symbol, rs1", SEQUENCE_store},
        {"frs2, imm(rs1)", "frs2, symbol, rs1", SEQUENCE_store},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (strcmp(info->operands, shapes[i].operands) == 0 && id != INSN_jalr)
            add((struct form){.name = dotted(info->name, ""),
                              .syntax = shapes[i].syntax,
                              .id = shapes[i].sequence,
                              .access = id,
                              .kind = FORM_SEQUENCE,
                              .use = USE_SYNONYM});
}

/* jal and jalr have 16-bit forms only under their short names, as GNU as has it. */
static rvc_set_t rows_of(enum insn_id id)
{
    return id == INSN_jal || id == INSN_jalr ? NONE : ANY;
}

static void add_instructions(void)
{
    static const char *const orders[] = {"", ".rl", ".aq", ".aqrl"};
    for (unsigned id = 0; id < INSN_COUNT; id++) {
        const struct insn_info *info = &insn_table[id];
        bool is_atomic = info->format == FMT_AMO || info->format == FMT_LR;
        for (unsigned order = 0; order < (is_atomic ? 4 : 1); order++)
            add((struct form){.name = dotted(info->name, orders[order]),
                              .syntax = info->operands,
                              .match = info->match | order << 25,
                              .mask = info->mask | (is_atomic ? AQ_RL : 0),
                              .rows = rows_of((enum insn_id)id),
                              .id = (uint16_t)id,
                              .kind = FORM_INSN,
                              .use = USE_CANONICAL});
        add_access(info, (uint8_t)id);
    }
}

static void add_compressed(void)
{
    for (unsigned row = 0; row < RVC_COUNT; row++)
        add((struct form){.name = dotted(rvc_table[row].name, ""),
                          .syntax = rvc_table[row].operands,
                          .match = rvc_table[row].match,
                          .mask = rvc_table[row].mask,
                          .id = (uint16_t)row,
                          .kind = FORM_COMPRESSED,
                          .use = USE_CANONICAL});
}

static unsigned hash(struct text name)
{
    unsigned value = 5381;
    for (size_t i = 0; i < name.size; i++)
        value = value * 33 + (unsigned char)name.at[i];
    return value;
}

/* The bucket of a name: its own, or the empty one where it would go. */
static uint16_t *bucket_of(struct text name)
{
    unsigned at = hash(name) % BUCKETS;
    while (buckets[at] && !text_is(name, table[buckets[at] - 1].name))
        at = (at + 1) % BUCKETS;
    return &buckets[at];
}

/* Forms of one name are chained by their places in the table, and found in that order. */
static uint16_t next_of[ROOM];

void form_init(void)
{
    static uint16_t last_of[ROOM];
    if (form_count)
        return;
    add_pseudos();
    add_instructions();
    add_sequences();
    add_compressed();
    for (unsigned i = 0; i < form_count; i++) {
        uint16_t *bucket = bucket_of((struct text){table[i].name, strlen(table[i].name)});
        if (*bucket)
            next_of[last_of[*bucket - 1]] = (uint16_t)(i + 1);
        else
            *bucket = (uint16_t)(i + 1);
        last_of[*bucket - 1] = (uint16_t)i;
    }
}

const struct form *form_find(struct text name)
{
    uint16_t bucket = *bucket_of(name);
    return bucket ? &table[bucket - 1] : NULL;
}

const struct form *form_next(const struct form *form)
{
    uint16_t next = next_of[form - table];
    return next ? &table[next - 1] : NULL;
}

/* True when the form says all of the word: what it fixes is so, and what it joins is alike. */
static bool says(const struct form *form, uint32_t word, const struct insn *insn)
{
    if ((word & form->mask) != form->match)
        return false;
    for (const uint8_t *operand = form->operands; *operand; operand++)
        if (*operand == OPERAND_FRS && insn->rs1 != insn->rs2)
            return false;
    return true;
}

/* Where the forms of an instruction begin and end in the table is not kept: they are few in all. */
const struct form *form_of(const struct insn *insn, uint32_t word, bool wants_alias)
{
    for (unsigned i = 0; i < form_count; i++) {
        const struct form *form = &table[i];
        if (form->kind == FORM_INSN && form->id == insn->id && form->use != USE_SYNONYM &&
            (wants_alias || form->use == USE_CANONICAL) && says(form, word, insn))
            return form;
    }
    abort(); /* every instruction has a row of its own */
}

unsigned form_default_rounding(enum insn_id id)
{
    return id == INSN_fcvt_d_s || id == INSN_fcvt_d_w || id == INSN_fcvt_d_wu ? 0 : 7;
}

void form_try_near(struct near *near)
{
    for (unsigned i = 0; i < form_count; i++)
        near_try(near, table[i].name);
}
