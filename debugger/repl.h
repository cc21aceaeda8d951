/* The session: from an image to the user's last command. */
#ifndef REPL_H
#define REPL_H

#include <stdio.h>

#include "hosted.h"
#include "machine.h"

/* What the user asked for on the command line. */
struct repl_script {
    bool is_file; /* a file of commands; else one command */
    const char *text;
};
struct repl_options {
    struct machine *machine; /* or */
    struct hosted *hosted;   /* one of them, built and not yet booted */
    const struct boot *boot;
    const char *image;    /* the file, for its names */
    const uint8_t *input; /* console input, paced; NULL: none */
    size_t input_size;
    bool is_json, skips_init;
    const struct repl_script *script;
    unsigned scripts;
};

struct debugger;

/* Opens and closes a session that writes to `file`. False: one line in `error`. */
bool session_open(struct debugger *debugger, const struct repl_options *options, FILE *file,
                  char *error, size_t error_size);
void session_close(struct debugger *debugger);

/* Runs a session on standard input and output. Returns the exit status: 0, or 1 when there is
 * nothing to debug or a script ended in an error; it has said why. */
int repl_run(const struct repl_options *options);

#endif
