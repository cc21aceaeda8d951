/* A line a side: time, ratio, exits, and which reasons make most of them. */
#include "table.h"

enum { NAMED = 4 }; /* reasons told on a line, at the most */
#define SELDOM 0.0005

void table_head(FILE *out)
{
    fprintf(out, "%-13s %-7s %10s %7s %9s %9s  %s\n", "", "", "ns", "time /", "exits", "ns",
            "exits an operation, by reason");
    fprintf(out, "%-13s %-7s %10s %7s %9s %9s\n", "benchmark", "machine", "operation", "bare",
            "operation", "exit");
}

static const char *text_of(enum exit_reason reason)
{
    const char *text = exit_text[reason];
    while (*text == ' ')
        text++;
    return text;
}

/* The most frequent reason below `limit`, in order of the table where they tie; EXIT_COUNT: none.
 */
static enum exit_reason next_reason(const struct figures *f, const bool *told)
{
    enum exit_reason best = EXIT_COUNT;
    for (unsigned i = 0; i < EXIT_COUNT; i++)
        if (i != EXIT_BUDGET && !told[i] && f->each[i] >= SELDOM &&
            (best == EXIT_COUNT || f->each[i] > f->each[best]))
            best = (enum exit_reason)i;
    return best;
}

static void print_reasons(FILE *out, const struct figures *f)
{
    bool told[EXIT_COUNT] = {false};
    for (unsigned i = 0; i < NAMED; i++) {
        enum exit_reason reason = next_reason(f, told);
        if (reason == EXIT_COUNT)
            break;
        told[reason] = true;
        fprintf(out, "%s%.4g %s", i ? ", " : "  ", f->each[reason], text_of(reason));
    }
}

void table_print(FILE *out, const char *name, const struct side *sides, unsigned count,
                 const struct figures *figures)
{
    for (unsigned i = 0; i < count; i++) {
        const struct figures *f = &figures[i];
        fprintf(out, "%-13s %-7s %10.1f", i ? "" : name, sides[i].name, f->ns);
        if (i)
            fprintf(out, " %7.2f", f->ratio);
        if (f->exits >= SELDOM)
            fprintf(out, " %9.3f %9.0f", f->exits, f->ns_exit);
        if (f->exits >= SELDOM)
            print_reasons(out, f);
        fputc('\n', out);
    }
}
