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
    uint64_t max; /* steps to take at the most; 0: as many as wanted */
    bool is_json, skips_init;
    const struct repl_script *script;
    unsigned scripts;
};

struct debugger;

/* Opens and closes a session that writes to `file`. False: one line in `error`. */
bool session_open(struct debugger *debugger, const struct repl_options *options, FILE *file,
                  char *error, size_t error_size);
void session_close(struct debugger *debugger);

/* Runs a session on standard input and output. A script can end in an error, which it has told, or
 * meet the limit. */
enum repl_end { REPL_DONE, REPL_FAILED, REPL_LIMIT };
enum repl_end repl_run(const struct repl_options *options);

#endif
