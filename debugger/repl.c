/* Reading commands: by readline on a terminal, line by line otherwise. */
#include "repl.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "commands.h"
#include "completion.h"
#include "input.h"
#include "perfetto.h"
#include "run.h"

enum { HISTORY_LINES = 1000 };

/* readline and signals know no owner: the one session that they are about. */
static struct debugger *session;

static void on_interrupt(int signal)
{
    (void)signal;
    session->interrupted = true;
}

/* Ctrl-C at the prompt: a fresh line. readline asks now and then, whether or not the signal came
 * while it was waiting. */
static int on_signal_in_line(void)
{
    if (!session->interrupted)
        return 0;
    session->interrupted = false;
    rl_replace_line("", 0);
    fputc('\n', rl_outstream); /* the ^C itself was echoed */
    rl_on_new_line();
    rl_redisplay();
    return 0;
}

/* ---- files of the user's -------------------------------------------------------------------- */

/* A file in the home directory; false: there is none. */
static bool home_file(const char *name, char *path, size_t size)
{
    const char *home = getenv("HOME");
    return home && *home && (size_t)snprintf(path, size, "%s/%s", home, name) < size;
}

static void open_history(void)
{
    char path[4096];
    using_history();
    stifle_history(HISTORY_LINES);
    if (home_file(".trapeze_history", path, sizeof path))
        read_history(path);
}

static void save_history(void)
{
    char path[4096];
    if (home_file(".trapeze_history", path, sizeof path))
        write_history(path);
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* The prompt is in the lane's colour; readline must know which of it takes no room. */
static void make_prompt(const struct debugger *debugger, char *text, size_t size)
{
    const struct out *out = &debugger->out;
    enum lane lane = debugger_lane(debugger);
    const char *color = out_color(out, lane_color(lane));
    if (*color)
        snprintf(text, size, "\001%s\002(%s)\001%s\002 ", color, lane_name(lane), out_plain(out));
    else
        snprintf(text, size, "(%s) ", lane_name(lane));
}

/* The next line, without its newline, which the caller frees; NULL: there are no more. A Ctrl-C is
 * for the line that it follows, however early it comes. */
static char *read_line(struct debugger *debugger)
{
    char prompt[96];
    debugger->interrupted = false;
    if (debugger->is_interactive) {
        make_prompt(debugger, prompt, sizeof prompt);
        return readline(prompt);
    }
    char *line = NULL;
    size_t size = 0;
    if (getline(&line, &size, stdin) <= 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\n")] = 0;
    return line;
}

static void remember(struct debugger *debugger, const char *line)
{
    free(debugger->last_line);
    debugger->last_line = strdup(line);
    if (!debugger->is_interactive)
        return;
    const HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;
    if (!last || strcmp(last->line, line) != 0)
        add_history(line);
}

static void read_commands(struct debugger *debugger)
{
    char *line;
    while (!debugger->wants_to_quit && (line = read_line(debugger))) {
        if (line[strspn(line, " \t")])
            remember(debugger, line);
        else if (debugger->is_interactive && debugger->last_line) {
            free(line);
            line = strdup(debugger->last_line);
        }
        if (line && line[strspn(line, " \t")])
            debugger_line(debugger, line);
        free(line);
    }
    if (debugger->is_interactive && !debugger->wants_to_quit)
        fputc('\n', stdout);
}

/* A file's lines, each with an answer of its own. False: one failed or was interrupted, and the
 * rest is left. */
static bool read_script(struct debugger *debugger, const char *path, bool may_be_missing)
{
    char *line = NULL;
    size_t size = 0;
    bool done = true;
    FILE *file = fopen(path, "re");
    if (!file) {
        if (may_be_missing)
            return true;
        fprintf(stderr, "trapeze debug: %s: %s\n", path, strerror(errno));
        return false;
    }
    while (done && !debugger->wants_to_quit && getline(&line, &size, file) > 0) {
        line[strcspn(line, "\n")] = 0;
        if (line[strspn(line, " \t")] && line[strspn(line, " \t")] != '#')
            done = debugger_line(debugger, line) && !debugger->interrupted;
    }
    free(line);
    fclose(file);
    return done;
}

static bool run_scripts(struct debugger *debugger, const struct repl_options *options)
{
    char path[4096];
    bool done = true;
    if (!options->skips_init && home_file(".trapezerc", path, sizeof path))
        done = read_script(debugger, path, true);
    for (unsigned i = 0; i < options->scripts && done && !debugger->wants_to_quit; i++) {
        const struct repl_script *script = &options->script[i];
        done = script->is_file ? read_script(debugger, script->text, false)
                               : debugger_line(debugger, script->text) && !debugger->interrupted;
    }
    return done;
}

/* ---- the session ---------------------------------------------------------------------------- */

static void open_terminal(struct debugger *debugger)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    session = debugger;
    sigaction(SIGINT, &action, NULL);
    if (!debugger->is_interactive)
        return;
    rl_readline_name = "trapeze";
    rl_signal_event_hook = rl_event_hook = on_signal_in_line;
    rl_variable_bind("enable-bracketed-paste", "off");
    completion_open(debugger);
    open_history();
}

static void close_terminal(struct debugger *debugger)
{
    signal(SIGINT, SIG_DFL);
    if (debugger->is_interactive)
        save_history();
}

static bool wants_color(void)
{
    const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(none && *none) && terminal && strcmp(terminal, "dumb") != 0;
}

bool session_open(struct debugger *debugger, const struct repl_options *options, FILE *file,
                  char *error, size_t error_size)
{
    *debugger = (struct debugger){0};
    out_open(&debugger->out, file, options->is_json, wants_color());
    debugger->limit = options->max ? options->max : NEVER;
    target_open(&debugger->target, options->machine, options->hosted, options->boot);
    if (options->input)
        input_paced(debugger->target.platform, options->input, options->input_size);
    if (!history_open(debugger)) {
        snprintf(error, error_size, "no memory");
        return false;
    }
    run_attach(debugger);
    reverse_start(debugger);
    char ignored[512]; /* a flat image has no symbols, and that is no mistake */
    symbols_add(&debugger->symbols, options->image, ignored, sizeof ignored);
    return true;
}

void session_close(struct debugger *debugger)
{
    char error[512];
    if (!perfetto_close(debugger, error, sizeof error))
        fprintf(stderr, "trapeze debug: %s\n", error);
    while (debugger->displays) {
        struct display *gone = debugger->displays;
        debugger->displays = gone->next;
        free(gone->text);
        free(gone);
    }
    debugger->target.platform->observer = NULL;
    stops_free(&debugger->stops);
    history_close(debugger);
    symbols_free(&debugger->symbols);
    free(debugger->source_path);
    free(debugger->last_line);
}

enum repl_end repl_run(const struct repl_options *options)
{
    static struct debugger debugger;
    char error[512];
    if (!session_open(&debugger, options, stdout, error, sizeof error)) {
        fprintf(stderr, "trapeze: %s\n", error);
        return REPL_FAILED;
    }
    debugger.is_interactive = isatty(STDIN_FILENO) && !options->is_json;
    open_terminal(&debugger);
    bool done = run_scripts(&debugger, options);
    if (done || debugger.is_interactive)
        read_commands(&debugger);
    close_terminal(&debugger);
    session_close(&debugger);
    if (debugger.is_interactive)
        return REPL_DONE;
    return !done ? REPL_FAILED : debugger.has_met_limit ? REPL_LIMIT : REPL_DONE;
}

/* ---- what the observer finds ---------------------------------------------------------------- */

void debugger_trap(struct debugger *debugger, const struct hart *hart, struct trap trap)
{
    if (!debugger->is_replaying)
        stops_on_trap(debugger, hart, trap);
}

void debugger_episode(struct debugger *debugger, const struct episode *episode)
{
    perfetto_episode(debugger, episode);
    stops_on_episode(debugger, episode);
}

void debugger_mmio(struct debugger *debugger, const struct mmio *mmio)
{
    perfetto_mmio(debugger, mmio);
    if (!debugger->is_replaying)
        stops_on_mmio(debugger, mmio);
}

void debugger_stored(struct debugger *debugger, uint64_t pa, size_t size)
{
    if (!debugger->is_replaying)
        stops_on_store(debugger, pa, size);
}
