/* trapeze isa: the card of a profile, from the tables that the machine itself runs by. */
#include "isa_command.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "csr.h"
#include "insn.h"
#include "options.h"

/* How a card is laid out: as text, or as Markdown. */
struct card {
    isa_t isa;
    bool is_markdown;
};

static const struct {
    enum ext ext;
    const char *title;
} groups[] = {
    {EXT_I, "I: integers"},
    {EXT_M, "M: multiplication and division"},
    {EXT_A, "A: atomics"},
    {EXT_Zicsr, "Zicsr: control and status registers"},
    {EXT_Zifencei, "Zifencei: instruction fence"},
    {EXT_S, "S: supervisor mode"},
    {EXT_MM, "M-mode"},
};

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

static void row(const struct card *card, const char *first, const char *second, const char *third)
{
    printf(card->is_markdown ? "| `%s` | %s | %s |\n" : "  %-14s %-20s %s\n", first, second, third);
}

static void print_instructions(const struct card *card)
{
    static const char *const classes[] = {
        [CLASS_DIRECT] = "direct",
        [CLASS_TRAPS] = "traps",
        [CLASS_SENSITIVE] = "sensitive",
        [CLASS_PRIVILEGED] = "privileged",
    };
    for (unsigned g = 0; g < sizeof groups / sizeof *groups; g++) {
        if (!isa_has(card->isa, groups[g].ext))
            continue;
        heading(card, groups[g].title, "| instruction | operands | class |");
        for (unsigned i = 0; i < INSN_COUNT; i++)
            if (insn_table[i].ext == groups[g].ext)
                row(card, insn_table[i].name, insn_table[i].operands, classes[insn_table[i].class]);
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
            snprintf(number, sizeof number, "0x%03x to 0x%03x", info->number,
                     info->number + info->count - 1);
        row(card, info->name, number, info->fields);
    }
}

static void print_causes(const struct card *card)
{
    static const struct {
        const char *number, *kind, *text;
    } causes[] = {
#define EXCEPTION(name, number, text) {#number, "exception", text},
#define INTERRUPT(name, number, text) {#number, "interrupt", text},
#include "cause.def"
    };
    heading(card, "Causes", "| number | kind | meaning |");
    for (unsigned i = 0; i < sizeof causes / sizeof *causes; i++)
        row(card, causes[i].number, causes[i].kind, causes[i].text);
}

static int print_card(const struct card *card)
{
    char text[128];
    isa_print(card->isa, text, sizeof text);
    printf(card->is_markdown ? "# %s\n" : "%s\n", text);
    print_instructions(card);
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
