/* By the table of commands: what a command's arguments are is what is offered for them. */
#include "completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "commands.h"
#include "csr.h"
#include "names.h"
#include "topics.h"

static struct debugger *session;

static bool starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const char *command_number(const char *prefix, unsigned n)
{
    for (unsigned i = 0; i < command_count; i++)
        if (starts(command_table[i].name, prefix) && n-- == 0)
            return command_table[i].name;
    return NULL;
}

static const char *csr_of(const char *prefix, unsigned n)
{
    for (unsigned i = 0; i < csr_rows; i++)
        if (csr_table[i].count == 1 && starts(csr_table[i].name, prefix) && n-- == 0)
            return csr_table[i].name;
    return NULL;
}

static const char *topic_of(const char *prefix, unsigned n)
{
    for (unsigned i = 0; topic_number(i); i++)
        if (starts(topic_number(i), prefix) && n-- == 0)
            return topic_number(i);
    return NULL;
}

/* Registers, csr.NAME, then symbols. */
static char *value_of(struct debugger *debugger, const char *prefix, unsigned n)
{
    if (starts(prefix, "csr.")) {
        const char *name = csr_of(prefix + 4, n);
        char *text = NULL;
        if (!name || !(text = malloc(strlen(name) + 5)))
            return NULL;
        sprintf(text, "csr.%s", name);
        return text;
    }
    for (unsigned i = 0; i < 32; i++)
        if (starts(names_of_x(i, false), prefix) && n-- == 0)
            return strdup(names_of_x(i, false));
    const char *name = symbols_complete(&debugger->symbols, prefix, n);
    return name ? strdup(name) : NULL;
}

static char *copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

char *completion(struct debugger *debugger, const char *before, const char *prefix, unsigned n)
{
    char word[32];
    unsigned others;
    if (!next_word(&before, word, sizeof word))
        return copy(command_number(prefix, n));
    word[strcspn(word, "/")] = 0;
    const struct command *command = command_find(word, &others);
    switch (command ? command->complete : COMPLETE_NONE) {
    case COMPLETE_COMMANDS:
        return copy(command_number(prefix, n));
    case COMPLETE_SYMBOLS:
        return copy(symbols_complete(&debugger->symbols, prefix, n));
    case COMPLETE_CSRS:
        return copy(csr_of(prefix, n));
    case COMPLETE_VALUES:
        return value_of(debugger, prefix, n);
    case COMPLETE_TOPICS:
        return copy(topic_of(prefix, n));
    case COMPLETE_FILES:
        return rl_filename_completion_function(prefix, (int)n);
    case COMPLETE_STOPS:
    case COMPLETE_NONE:
        break;
    }
    return NULL;
}

static char *before_cursor;

static char *generate(const char *prefix, int state)
{
    static unsigned n;
    n = state ? n + 1 : 0;
    return completion(session, before_cursor, prefix, n);
}

static char **attempt(const char *prefix, int start, int end)
{
    (void)end;
    free(before_cursor);
    before_cursor = strndup(rl_line_buffer, (size_t)start);
    rl_attempted_completion_over = 1; /* what is no file is not completed as one */
    return before_cursor ? rl_completion_matches(prefix, generate) : NULL;
}

void completion_open(struct debugger *debugger)
{
    session = debugger;
    rl_attempted_completion_function = attempt;
    rl_basic_word_break_characters = " \t\n()*+-&|^<>=!~,:";
    rl_completer_word_break_characters = " \t\n()*+&|^<>=!~,";
}
