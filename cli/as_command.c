/* trapeze as: from assembly source to an object, or to an image that runs. */
#include "as_command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "as.h"
#include "file.h"
#include "image_write.h"
#include "listing.h"
#include "options.h"

enum { MOST_INCLUDES = 64, MOST_DEFINITIONS = 64 };

struct as_command {
    struct as_options options;
    const char *include[MOST_INCLUDES];
    struct as_definition define[MOST_DEFINITIONS];
    const char *out, *listing, *file;
    enum { OBJECT, FLAT, EXECUTABLE } kind;
    uint64_t base;
};

static const char help[] =
    "usage: trapeze as [OPTIONS] FILE -o OUT\n"
    "Assembles FILE, in GNU syntax; with - as FILE, standard input.\n\n"
    "  -o, --output OUT      the file to write; a.out by default\n"
    "  --exe                 write a program that runs, not an object for the linker\n"
    "  --flat                write bytes and nothing else, for `trapeze run --load ADDR`\n"
    "  --base ADDR           where the program goes; 0x80000000 by default\n"
    "  --listing FILE        write address, bytes and source of each line; - is standard output\n"
    "  -I, --include DIR     look for included files here too\n"
    "  --defsym NAME=NUMBER  begin with this symbol, for .ifdef and expressions\n"
    "  -g                    line numbers, so that a debugger shows this source\n"
    "  --march STRING        instruction set, such as rv64gc; rv64g by default\n"
    "  --mabi NAME           lp64, lp64f or lp64d, which the object tells the linker\n"
    "  --mno-relax           the linker is not to shorten code\n"
    "  --pic                 addresses through the global offset table\n"
    "\nOptions may have one dash, so that gcc can call it (gcc -B DIR, with a script named as).\n";

static enum parsed refuse(const char *what, const char *value)
{
    fprintf(stderr, "trapeze as: %s%s%s%s\n", what, value ? " '" : "", value ? value : "",
            value ? "'" : "");
    return PARSED_WRONG;
}

static bool is_abi(const char *name)
{
    static const char *const abis[] = {"lp64", "lp64f", "lp64d"};
    for (size_t i = 0; i < sizeof abis / sizeof *abis; i++)
        if (strcmp(name, abis[i]) == 0)
            return true;
    return false;
}

static enum parsed take_definition(struct as_command *command)
{
    struct as_definition *definition = &command->define[command->options.definitions];
    const char *sign = strchr(optarg, '=');
    if (command->options.definitions == MOST_DEFINITIONS)
        return refuse("too many --defsym", NULL);
    if (!sign || sign == optarg || !options_number(sign + 1, 1024, &definition->number))
        return refuse("--defsym: this is not NAME=NUMBER:", optarg);
    definition->name = (struct text){optarg, (size_t)(sign - optarg)};
    command->options.definitions++;
    return PARSED;
}

static enum parsed take(struct as_command *command, int which)
{
    switch (which) {
    case 'o':
        command->out = optarg;
        return PARSED;
    case 'e':
    case 'f':
        command->kind = which == 'e' ? EXECUTABLE : FLAT;
        return PARSED;
    case 'b':
        return options_number(optarg, 1024, &command->base)
                   ? PARSED
                   : refuse("--base: this is no address:", optarg);
    case 'l':
        command->listing = optarg;
        command->options.wants_listing = true;
        return PARSED;
    case 'I':
        if (command->options.includes == MOST_INCLUDES)
            return refuse("too many -I", NULL);
        command->include[command->options.includes++] = optarg;
        return PARSED;
    case 'd':
        return take_definition(command);
    case 'g':
        command->options.debugs = true;
        return PARSED;
    case 'm':
        command->options.march = optarg;
        return PARSED;
    case 'a':
        command->options.mabi = optarg;
        return is_abi(optarg) ? PARSED : refuse("--mabi: Trapeze has no ABI", optarg);
    case 'r':
        command->options.relax = false;
        return PARSED;
    case 'p':
        command->options.pic = true;
        return PARSED;
    case 'n': /* what gcc says to GNU as, and is so anyway */
        return PARSED;
    case 'h':
        return PARSED_HELP;
    default:
        return PARSED_WRONG; /* parse says why */
    }
}

static enum parsed parse(struct as_command *command, int argc, char **argv)
{
    static const struct option rows[] = {
        {"output", required_argument, NULL, 'o'},
        {"exe", no_argument, NULL, 'e'},
        {"flat", no_argument, NULL, 'f'},
        {"base", required_argument, NULL, 'b'},
        {"listing", required_argument, NULL, 'l'},
        {"include", required_argument, NULL, 'I'},
        {"defsym", required_argument, NULL, 'd'},
        {"debug", no_argument, NULL, 'g'},
        {"gdwarf-5", no_argument, NULL, 'g'},
        {"march", required_argument, NULL, 'm'},
        {"mabi", required_argument, NULL, 'a'},
        {"mno-relax", no_argument, NULL, 'r'},
        {"pic", no_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},
        {"fpic", no_argument, NULL, 'p'},
        {"fPIC", no_argument, NULL, 'p'},
        {"fno-pic", no_argument, NULL, 'n'},
        {"mrelax", no_argument, NULL, 'n'},
        {"traditional-format", no_argument, NULL, 'n'},
        {"misa-spec", required_argument, NULL, 'n'},
        {0},
    };
    optind = 0;
    opterr = 0; /* the message is ours */
    for (int which; (which = getopt_long_only(argc, argv, "o:I:g", rows, NULL)) >= 0;) {
        if (which == '?')
            return refuse("no such option, or it lacks a value:", argv[optind - 1]);
        enum parsed result = take(command, which);
        if (result != PARSED)
            return result;
    }
    if (argc - optind != 1)
        return refuse(argc == optind ? "no FILE" : "one FILE at a time", NULL);
    command->file = argv[optind];
    return PARSED;
}

static bool write_listing(struct as *as, const char *path)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return false;
    listing_write(as, out);
    fclose(out);
    bool done = strcmp(path, "-") == 0 ? fwrite(text, 1, size, stdout) == size
                                       : file_write(path, text, size);
    free(text);
    return done;
}

static bool write_all(struct as *as, const struct as_command *command)
{
    size_t size = 0;
    uint8_t *bytes = command->kind == OBJECT
                         ? object_write(as, &size)
                         : image_write(as, command->base, command->kind == FLAT, &size);
    bool done = bytes && !as->errors && file_write(command->out, bytes, size);
    free(bytes);
    return done && (!command->listing || write_listing(as, command->listing));
}

static int assemble(struct as_command *command)
{
    static struct as as; /* too large for a stack */
    int status = EXIT_ERROR;
    command->options.include = command->include;
    command->options.define = command->define;
    command->options.relax = command->options.relax && command->kind == OBJECT;
    if (!as_init(&as, &command->options)) {
        as_free(&as);
        return EXIT_USAGE;
    }
    as_file(&as, strcmp(command->file, "-") == 0 ? "/dev/stdin" : command->file);
    as_finish(&as);
    if (!as.errors)
        fix_run(&as);
    if (!as.errors && write_all(&as, command))
        status = 0;
    if (as.errors > 1)
        fprintf(stderr, "trapeze as: %u errors; nothing was written\n", as.errors);
    as_free(&as);
    return status;
}

int command_as(int argc, char **argv)
{
    struct as_command command = {
        .options = {.march = "rv64g", .relax = true}, .out = "a.out", .base = 0x80000000};
    switch (parse(&command, argc, argv)) {
    case PARSED_HELP:
        fputs(help, stdout);
        return 0;
    case PARSED_WRONG:
        return EXIT_USAGE;
    case PARSED:
        return assemble(&command);
    }
    return EXIT_USAGE;
}
