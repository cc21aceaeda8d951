/* The table of commands, and how a line finds its own. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"

const struct command command_table[] = {
#define COMMAND(name, short, arguments, complete, function, help)                                  \
    {name, short, arguments, help, COMPLETE_##complete, function},
#include "command.def"
};
const unsigned command_count = sizeof command_table / sizeof *command_table;

const struct command *command_find(const char *word, unsigned *others)
{
    const struct command *found = NULL;
    *others = 0;
    for (unsigned i = 0; i < command_count; i++) {
        const struct command *command = &command_table[i];
        if (strcmp(word, command->name) == 0 || strcmp(word, command->abbreviation) == 0)
            return command;
        if (*word && strncmp(word, command->name, strlen(word)) == 0) {
            found = command;
            ++*others;
        }
    }
    return *others == 1 ? found : NULL;
}

/* ---- words ---------------------------------------------------------------------------------- */

static const char *skip_space(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

bool next_word(const char **args, char *word, size_t size)
{
    const char *from = skip_space(*args), *end = from;
    while (*end && !isspace((unsigned char)*end))
        end++;
    size_t length = (size_t)(end - from);
    if (!length || length >= size)
        return false;
    memcpy(word, from, length);
    word[length] = 0;
    *args = skip_space(end);
    return true;
}

bool take_word(const char **args, const char *word)
{
    const char *from = skip_space(*args);
    size_t size = strlen(word);
    if (strncmp(from, word, size) != 0 || (from[size] && !isspace((unsigned char)from[size])))
        return false;
    *args = skip_space(from + size);
    return true;
}

bool take_number(struct debugger *debugger, const char **args, uint64_t *number)
{
    char word[64], *end;
    if (!next_word(args, word, sizeof word))
        return out_fail(&debugger->out, "a number is missing");
    errno = 0;
    *number = strtoull(word, &end, strncmp(word, "0x", 2) == 0 ? 16 : 10);
    if (!isdigit((unsigned char)*word) || *end || errno)
        return out_fail(&debugger->out, "'%s' is no number", word);
    return true;
}

bool take_value(struct debugger *debugger, const char **args, struct value *value)
{
    struct expr_error error;
    const char *end;
    if (!*skip_space(*args))
        return out_fail(&debugger->out, "an expression is missing");
    if (!expr_eval(debugger, *args, &end, value, &error))
        return out_fail(&debugger->out, "%s", error.text);
    *args = skip_space(end);
    return true;
}

/* FILE:LINE, where FILE is no gpa or the like. */
static bool take_line(struct debugger *debugger, const char **args, uint64_t *address, bool *done)
{
    const char *at = *args;
    char word[256], *colon, *end;
    *done = false;
    if (!next_word(&at, word, sizeof word) || !(colon = strrchr(word, ':')) ||
        !isdigit((unsigned char)colon[1]) || !strchr(word, '.'))
        return true;
    long line = strtol(colon + 1, &end, 10);
    if (*end)
        return true;
    *colon = 0;
    *done = true;
    *args = at;
    if (line > 0 && line < 1 << 24 &&
        symbols_line_address(&debugger->symbols, word, (int)line, address))
        return true;
    return out_fail(&debugger->out, "'%s:%ld': no code is known there", word, line);
}

bool take_place(struct debugger *debugger, const char **args, uint64_t *address)
{
    struct value value = {0};
    bool done;
    *args = skip_space(*args);
    if (!**args)
        return out_fail(&debugger->out, "a place is missing: an address, a symbol or FILE:LINE");
    if (!take_line(debugger, args, address, &done) || done)
        return done && !debugger->out.has_failed;
    *args += **args == '*' ? 1 : 0; /* as gdb writes addresses */
    if (!take_value(debugger, args, &value))
        return false;
    *address = value.bits;
    return true;
}

bool no_more(struct debugger *debugger, const char *args)
{
    char word[32] = "";
    sscanf(args, "%31s", word);
    return !*word || out_fail(&debugger->out, "'%s' is too much here (see help)", word);
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* Splits a line into the command's word and the rest. x/4xg and p/x are the command and a format.
 */
static bool split_line(const char *line, char *word, size_t size, const char **args)
{
    const char *end = line = skip_space(line);
    while (*end && !isspace((unsigned char)*end) && *end != '/')
        end++;
    if ((size_t)(end - line) >= size)
        return false;
    memcpy(word, line, (size_t)(end - line));
    word[end - line] = 0;
    *args = skip_space(end);
    return true;
}

bool debugger_part(struct debugger *debugger, const char *line)
{
    char word[32], *text;
    const char *args;
    unsigned others = 0;
    if (!*skip_space(line) || *skip_space(line) == '#')
        return true;
    const struct command *command =
        split_line(line, word, sizeof word, &args) ? command_find(word, &others) : NULL;
    if (!command && others)
        return out_fail(&debugger->out, "'%s' could be several commands (see help)", word);
    if (!command)
        return out_fail(&debugger->out, "'%.*s' is no command (see help)", 30, skip_space(line));
    text = strdup(args);
    if (!text)
        return out_fail(&debugger->out, "no memory");
    for (size_t size = strlen(text); size && isspace((unsigned char)text[size - 1]);)
        text[--size] = 0;
    bool done = command->run(debugger, text) && !debugger->out.has_failed;
    free(text);
    return done;
}

bool debugger_line(struct debugger *debugger, const char *line)
{
    out_begin(&debugger->out);
    debugger_part(debugger, line);
    return out_end(&debugger->out, line);
}

static void explain(struct debugger *debugger, const struct command *command)
{
    out_line(&debugger->out, "%s %s%s%s", command->name, command->arguments,
             *command->abbreviation ? "    short: " : "", command->abbreviation);
    char *text = strdup(command->help), *rest = text;
    for (char *line; text && (line = strsep(&rest, "\n"));)
        out_line(&debugger->out, "  %s", line);
    free(text);
}

bool command_help(struct debugger *debugger, const char *args)
{
    char word[32];
    unsigned others;
    if (next_word(&args, word, sizeof word)) {
        const struct command *command = command_find(word, &others);
        if (!command)
            return out_fail(&debugger->out, "'%s' is no command (see help)", word);
        explain(debugger, command);
        return true;
    }
    for (unsigned i = 0; i < command_count; i++)
        out_line(&debugger->out, "%-10s %-4s %.*s", command_table[i].name,
                 command_table[i].abbreviation, (int)strcspn(command_table[i].help, "\n"),
                 command_table[i].help);
    out_line(&debugger->out, "An empty line repeats the last command; Ctrl-C stops what runs.");
    return true;
}
