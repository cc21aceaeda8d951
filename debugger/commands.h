/* The functions behind command.def, and the words of a command line. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "debugger.h"

/* `args` is what stands behind the command's name, without space around it. False: it could not be
 * done, and out_fail has said why. */
typedef bool command_fn(struct debugger *debugger, const char *args);

#define COMMAND(name, short, arguments, complete, function, help) command_fn function;
#include "command.def"

enum complete {
    COMPLETE_NONE,
    COMPLETE_SYMBOLS,
    COMPLETE_VALUES,
    COMPLETE_CSRS,
    COMPLETE_FILES,
    COMPLETE_COMMANDS,
    COMPLETE_STOPS,
    COMPLETE_TOPICS,
};

struct command {
    const char *name, *abbreviation, *arguments, *help;
    enum complete complete;
    command_fn *run;
};
extern const struct command command_table[];
extern const unsigned command_count;

/* The command that a word means; NULL, and *others says how many it could mean. */
const struct command *command_find(const char *word, unsigned *others);

/* The next word of *args, which moves behind it. False: there is none, or it is longer. */
bool next_word(const char **args, char *word, size_t size);

/* Takes `word` where it stands next. */
bool take_word(const char **args, const char *word);

/* A whole number, decimal or 0x. False: out_fail names the token. */
bool take_number(struct debugger *debugger, const char **args, uint64_t *number);

/* An expression up to where it ends. */
bool take_value(struct debugger *debugger, const char **args, struct value *value);

/* A place: a symbol, FILE:LINE, or an address; up to the word "if". */
bool take_place(struct debugger *debugger, const char **args, uint64_t *address);

/* Nothing more may stand there. */
bool no_more(struct debugger *debugger, const char *args);

#endif
