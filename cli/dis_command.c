/* trapeze dis: from a file, or from a word on the command line, to assembly text. */
#include "dis_command.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "dis_file.h"
#include "file.h"
#include "options.h"

struct dis_options {
    struct dis dis;
    const char *word, *section, *file;
    bool is_flat, explains;
    uint64_t pc;
};

static const char help[] =
    "usage: trapeze dis [OPTIONS] FILE\n"
    "       trapeze dis [OPTIONS] --word HEX\n"
    "Disassembles the code of an ELF file, section by section, or one instruction.\n\n"
    "  --word HEX        the instruction whose bits these are\n"
    "  --explain         draw its fields as the manual does (with --word)\n"
    "  --section NAME    this section of FILE, whatever it holds\n"
    "  --flat            FILE is code and nothing else\n"
    "  --pc ADDR         where the word, or the flat file, is; 0 by default\n"
    "  --canonical       instructions under their own names: addi, not mv; c.mv for 16 bits\n"
    "  --pseudo          pseudo-instructions where they say it better (default)\n"
    "  --numeric         registers as x10, not a0\n"
    "  --isa STRING      instruction set, such as rv64gc\n";

static enum parsed refuse(const char *what, const char *value)
{
    fprintf(stderr, "trapeze dis: %s%s%s%s\n", what, value ? " '" : "", value ? value : "",
            value ? "'" : "");
    return PARSED_WRONG;
}

static enum parsed take(struct dis_options *options, int which)
{
    const char *wrong;
    switch (which) {
    case 'w':
        options->word = optarg;
        return PARSED;
    case 'e':
        options->explains = true;
        return PARSED;
    case 's':
        options->section = optarg;
        return PARSED;
    case 'f':
        options->is_flat = true;
        return PARSED;
    case 'p':
        return options_number(optarg, 1024, &options->pc)
                   ? PARSED
                   : refuse("--pc: this is no address:", optarg);
    case 'c':
    case 'a':
        options->dis.is_canonical = which == 'c';
        return PARSED;
    case 'n':
        options->dis.is_numeric = true;
        return PARSED;
    case 'i':
        return isa_parse(optarg, &options->dis.isa, &wrong)
                   ? PARSED
                   : refuse("--isa: this cannot be taken from here on:", wrong);
    case 'h':
        return PARSED_HELP;
    default:
        return PARSED_WRONG; /* parse says why */
    }
}

static enum parsed parse(struct dis_options *options, int argc, char **argv)
{
    static const struct option rows[] = {
        {"word", required_argument, NULL, 'w'},
        {"explain", no_argument, NULL, 'e'},
        {"section", required_argument, NULL, 's'},
        {"flat", no_argument, NULL, 'f'},
        {"pc", required_argument, NULL, 'p'},
        {"canonical", no_argument, NULL, 'c'},
        {"pseudo", no_argument, NULL, 'a'},
        {"numeric", no_argument, NULL, 'n'},
        {"isa", required_argument, NULL, 'i'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    optind = 0;
    opterr = 0; /* the message is ours */
    for (int which; (which = getopt_long(argc, argv, "", rows, NULL)) >= 0;) {
        if (which == '?')
            return refuse("no such option, or it lacks a value:", argv[optind - 1]);
        enum parsed result = take(options, which);
        if (result != PARSED)
            return result;
    }
    if ((argc - optind == 1) == (options->word != NULL) || argc - optind > 1)
        return refuse("give one FILE, or --word", NULL);
    if (options->explains && !options->word)
        return refuse("--explain goes with --word", NULL);
    options->file = argv[optind];
    return PARSED;
}

static int show_word(struct dis_options *options)
{
    char *end, text[2048];
    unsigned long word = strtoul(options->word, &end, 16);
    if (end == options->word || *end || word > 0xffffffff) {
        refuse("--word: this is no word of 16 or 32 bits in hexadecimal:", options->word);
        return EXIT_USAGE;
    }
    if (options->explains)
        dis_explain(&options->dis, (uint32_t)word, options->pc, text, sizeof text);
    else
        dis_insn(&options->dis, (uint32_t)word, options->pc, text, sizeof text);
    puts(text);
    return 0;
}

static int show_file(struct dis_options *options)
{
    size_t size;
    const char *why;
    bool done = true;
    uint8_t *bytes = file_read(options->file, &size);
    if (!bytes)
        return EXIT_ERROR;
    if (options->is_flat)
        dis_flat(&options->dis, bytes, size, options->pc, stdout);
    else
        done = dis_elf(&options->dis, bytes, size, options->section, stdout, &why);
    if (!done)
        fprintf(stderr, "trapeze: %s: %s\n", options->file, why);
    free(bytes);
    return done && !ferror(stdout) && fflush(stdout) == 0 ? 0 : EXIT_ERROR;
}

int command_dis(int argc, char **argv)
{
    struct dis_options options = {.dis = {.isa = ISA_FULL}};
    switch (parse(&options, argc, argv)) {
    case PARSED_HELP:
        fputs(help, stdout);
        return 0;
    case PARSED_WRONG:
        return EXIT_USAGE;
    default:
        return options.word ? show_word(&options) : show_file(&options);
    }
}
