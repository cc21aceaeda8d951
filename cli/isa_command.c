/* trapeze isa: the card of a profile, from the tables that the machine itself runs by. */
#include "isa_command.h"

#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "csr.h"
#include "insn.h"
#include "options.h"

/* How a card is laid out: as text, or as Markdown. */
struct card {
    isa_t isa;
    bool is_markdown;
};

/* A row's third column as it is put together. */
struct list {
    char text[2048];
    size_t used;
};

static const struct {
    enum ext ext;
    const char *title;
} groups[] = {
    {EXT_I, "I: integers"},
    {EXT_M, "M: multiplication and division"},
    {EXT_A, "A: atomics"},
    {EXT_F, "F: single-precision floating point"},
    {EXT_D, "D: double-precision floating point"},
    {EXT_Zba, "Zba: address generation"},
    {EXT_Zbb, "Zbb: basic bit manipulation"},
    {EXT_Zicsr, "Zicsr: control and status registers"},
    {EXT_Zifencei, "Zifencei: instruction fence"},
    {EXT_S, "S: supervisor mode"},
    {EXT_MM, "M-mode"},
};

/* Adds an item; `separator` goes between two. */
static void add(struct list *list, const char *separator, const char *format, ...)
{
    va_list arguments;
    size_t room = sizeof list->text - list->used;
    if (list->used)
        list->used += (size_t)snprintf(list->text + list->used, room, "%s", separator);
    va_start(arguments, format);
    room = sizeof list->text - list->used;
    list->used += (size_t)vsnprintf(list->text + list->used, room, format, arguments);
    va_end(arguments);
    assert(list->used < sizeof list->text);
}

static void heading(const struct card *card, const char *title, const char *columns)
{
    printf(card->is_markdown ? "\n## %s\n\n" : "\n%s\n", title);
    if (!card->is_markdown)
        return;
    printf("%s\n", columns);
    for (const char *at = columns; *at; at++)
        if (*at == '|')
            printf(at[1] ? "|---" : "|\n");
}

/* How much of `text` goes on a line of `width`: up to a space. */
static size_t line_of(const char *text, size_t width)
{
    size_t length = strlen(text);
    if (length <= width)
        return length;
    for (length = width; length > 0 && text[length] != ' ';)
        length--;
    return length ? length : strlen(text);
}

static void row(const struct card *card, const char *first, const char *second, const char *third)
{
    enum { INDENT = 42, WIDTH = 100 };
    if (card->is_markdown) {
        printf("| %s | %s | %s |\n", first, second, third);
        return;
    }
    int used = printf(*third ? "  %-26s %-11s" : "  %-26s %s\n", first, second);
    while (*third) {
        size_t length = line_of(third, WIDTH - INDENT);
        printf("%*s%.*s\n", INDENT - used, "", (int)length, third);
        third += length + (third[length] == ' ');
        used = 0;
    }
}

/* The manual's spelling of a row's name: a dot for each _. */
static const char *spelled(const char *name)
{
    static char text[24];
    size_t length = 0;
    for (; name[length] && length + 1 < sizeof text; length++)
        text[length] = (char)(name[length] == '_' ? '.' : name[length]);
    text[length] = 0;
    return text;
}

static bool is_same_kind(const struct insn_info *a, const struct insn_info *b)
{
    return a->ext == b->ext && a->class == b->class && strcmp(a->operands, b->operands) == 0;
}

/* The row of all instructions that are written as this one and are the same to a VMM, where it is
 * the first of them. */
static void print_kind(const struct card *card, const struct insn_info *first)
{
    static const char *const classes[] = {
        [CLASS_DIRECT] = "direct",
        [CLASS_TRAPS] = "traps",
        [CLASS_SENSITIVE] = "sensitive",
        [CLASS_PRIVILEGED] = "privileged",
    };
    struct list names = {.used = 0};
    for (const struct insn_info *info = insn_table; info < insn_table + INSN_COUNT; info++) {
        if (!is_same_kind(info, first))
            continue;
        if (info < first)
            return;
        add(&names, " ", "%s", spelled(info->name));
    }
    row(card, *first->operands ? first->operands : "-", classes[first->class], names.text);
}

static void print_instructions(const struct card *card)
{
    for (unsigned g = 0; g < sizeof groups / sizeof *groups; g++) {
        if (!isa_has(card->isa, groups[g].ext))
            continue;
        heading(card, groups[g].title, "| operands | class | instructions |");
        for (unsigned i = 0; i < INSN_COUNT; i++)
            if (insn_table[i].ext == groups[g].ext)
                print_kind(card, &insn_table[i]);
    }
}

/* The 16-bit forms, by what they stand for. */
static void print_compressed(const struct card *card)
{
    static const struct {
        const char *name, *operands;
        enum insn_id expands;
    } forms[RVC_COUNT] = {
#define RVC(name, format, match, mask, operands, expands) {#name, operands, INSN_##expands},
#include "compressed.def"
    };
    if (!isa_has(card->isa, EXT_C))
        return;
    heading(card, "C: 16-bit forms", "| stand for | | forms |");
    for (unsigned id = 0; id < INSN_COUNT; id++) {
        struct list list = {.used = 0};
        for (unsigned i = 0; i < RVC_COUNT; i++)
            if (forms[i].expands == id)
                add(&list, "; ", *forms[i].operands ? "%s %s" : "%s", spelled(forms[i].name),
                    forms[i].operands);
        if (list.used && isa_has(card->isa, insn_table[id].ext))
            row(card, spelled(insn_table[id].name), "", list.text);
    }
}

static void print_csrs(const struct card *card)
{
    heading(card, "CSRs", "| register | number | fields |");
    for (unsigned i = 0; i < csr_rows; i++) {
        char number[24];
        const struct csr_info *info = &csr_table[i];
        if (!isa_has(card->isa, info->ext))
            continue;
        if (info->count == 1)
            snprintf(number, sizeof number, "0x%03x", info->number);
        else
            snprintf(number, sizeof number, "0x%03x-0x%03x", info->number,
                     info->number + info->count - 1);
        row(card, info->name, number, info->fields);
    }
}

static void print_causes(const struct card *card)
{
    struct list exceptions = {.used = 0}, interrupts = {.used = 0};
#define EXCEPTION(name, number, text) add(&exceptions, "; ", "%d %s", number, text);
#define INTERRUPT(name, number, text) add(&interrupts, "; ", "%d %s", number, text);
#include "cause.def"
    heading(card, "Causes", "| kind | | number and meaning |");
    row(card, "exceptions", "", exceptions.text);
    row(card, "interrupts", "", interrupts.text);
}

static int print_card(const struct card *card)
{
    char text[128];
    isa_print(card->isa, text, sizeof text);
    printf(card->is_markdown ? "# %s\n" : "%s\n", text);
    print_instructions(card);
    print_compressed(card);
    print_csrs(card);
    print_causes(card);
    return ferror(stdout) || fflush(stdout) ? EXIT_ERROR : 0;
}

int command_isa(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"isa", required_argument, NULL, 'i'},
        {"markdown", no_argument, NULL, 'm'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    struct card card = {.isa = ISA_FULL};
    const char *wrong;
    optind = 0;
    for (int which; (which = getopt_long(argc, argv, "", long_options, NULL)) >= 0;) {
        if (which == 'm') {
            card.is_markdown = true;
        } else if (which == 'h') {
            printf("usage: trapeze isa [--isa STRING] [--markdown]\n"
                   "Prints the instructions, CSRs and causes of a profile.\n");
            return 0;
        } else if (which != 'i') {
            return EXIT_USAGE;
        } else if (!isa_parse(optarg, &card.isa, &wrong)) {
            fprintf(stderr, "trapeze isa: --isa: '%s' cannot be taken from '%s' on\n", optarg,
                    wrong);
            return EXIT_USAGE;
        }
    }
    return print_card(&card);
}
