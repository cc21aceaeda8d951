/* What a command answers: lines for people, facts for programs.
 *
 * A command says everything through here. For people its lines are printed as they come; with
 * --json each command is one line, an object: the command, whether it went well, its facts, its
 * lines, and what the guest wrote to its console meanwhile. 64-bit values are strings in hex,
 * because not every reader of JSON has integers of that size. */
#ifndef OUT_H
#define OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct out {
    FILE *file;
    bool is_json;
    bool has_color;
    bool is_mid_line; /* the guest's console has not ended its line */

    /* The answer that is being made. */
    bool has_failed;
    FILE *facts, *lines, *console; /* parts of the object, in memory; only for JSON */
    char *facts_text, *lines_text, *console_text;
    size_t facts_size, lines_size, console_size;
    unsigned facts_count, lines_count;
};

enum color { COLOR_PLAIN, COLOR_USER, COLOR_KERNEL, COLOR_VMM, COLOR_DIM, COLOR_WARN };

void out_open(struct out *out, FILE *file, bool is_json, bool has_color);

/* Begins the answer to a command, and ends it. True: the command did not fail. */
void out_begin(struct out *out);
bool out_end(struct out *out, const char *command);

/* A line; the newline is added. */
__attribute__((format(printf, 2, 3))) void out_line(struct out *out, const char *format, ...);

/* A fact: a member of the answer's object. */
__attribute__((format(printf, 3, 4))) void out_fact(struct out *out, const char *key,
                                                    const char *format, ...);
void out_hex(struct out *out, const char *key, uint64_t value);
void out_count(struct out *out, const char *key, uint64_t value);

/* The command cannot be done; one line says why. Always false. */
__attribute__((format(printf, 2, 3))) bool out_fail(struct out *out, const char *format, ...);

/* A byte of the guest's console. */
void out_console(struct out *out, uint8_t byte);

/* Escape sequences, or nothing where there is no colour. */
const char *out_color(const struct out *out, enum color color);
const char *out_plain(const struct out *out);

#endif
