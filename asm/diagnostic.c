/* Messages: what is wrong, where, the line, and a caret under the place. */
#include <stdarg.h>
#include <string.h>

#include "as.h"

enum { MOST_ERRORS = 100 }; /* after which nobody reads on */

static const char *file_name(const struct as *as, struct place place)
{
    return place.file < as->file_count ? as->files[place.file] : "input";
}

/* The line, tabs as they are, and a caret below `at`. */
static void show_line(struct as *as, const char *at)
{
    const char *end = as->line;
    while (end < as->line_end && *end != '\n')
        end++;
    fprintf(as->messages, "    %.*s\n    ", (int)(end - as->line), as->line);
    for (const char *c = as->line; c < at; c++)
        fputc(*c == '\t' ? '\t' : ' ', as->messages);
    fputs("^\n", as->messages);
}

static void say(struct as *as, const char *at, const char *kind, const char *format, va_list list)
{
    bool is_in_line = at && as->line && at >= as->line && at <= as->line_end;
    fprintf(as->messages, "%s:%u:", file_name(as, as->place), as->place.line);
    if (is_in_line)
        fprintf(as->messages, "%u:", (unsigned)(at - as->line) + 1);
    fprintf(as->messages, " %s", kind);
    vfprintf(as->messages, format, list);
    fputc('\n', as->messages);
    if (is_in_line)
        show_line(as, at);
}

/* Counts an error; false where it is not to be told. */
static bool count_error(struct as *as)
{
    as->errors++;
    if (as->errors == MOST_ERRORS)
        fprintf(as->messages, "trapeze as: too many errors; the rest are not shown\n");
    return as->errors < MOST_ERRORS;
}

void as_error(struct as *as, const char *at, const char *format, ...)
{
    va_list list;
    if (as->is_trial) {
        if (!as->trial_at || at > as->trial_at) {
            as->trial_at = at;
            va_start(list, format);
            vsnprintf(as->trial_text, sizeof as->trial_text, format, list);
            va_end(list);
        }
        return;
    }
    if (as->line_has_error || !count_error(as))
        return;
    as->line_has_error = true;
    va_start(list, format);
    say(as, at, "", format, list);
    va_end(list);
}

void as_error_near(struct as *as, const char *at, const struct near *near, const char *format, ...)
{
    char text[200];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    if (near->name[0])
        as_error(as, at, "%s; did you mean %s?", text, near->name);
    else
        as_error(as, at, "%s", text);
}

void as_warning(struct as *as, const char *at, const char *format, ...)
{
    va_list list;
    as->warnings++;
    va_start(list, format);
    say(as, at, "warning: ", format, list);
    va_end(list);
}

void as_error_at(struct as *as, struct place place, const char *format, ...)
{
    va_list list;
    if (!count_error(as))
        return;
    fprintf(as->messages, "%s:%u: ", file_name(as, place), place.line);
    va_start(list, format);
    vfprintf(as->messages, format, list);
    va_end(list);
    fputc('\n', as->messages);
}
