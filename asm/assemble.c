/* An assembly from beginning to end: statements of all lines, then layout, then the object. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cfi.h"
#include "directive.h"
#include "form.h"
#include "lines.h"
#include "listing.h"

/* These stand in each object, empty or not. */
static void make_sections(struct as *as)
{
    static const char *const names[] = {".text", ".data", ".bss"};
    bool is_new;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        sectioning_get(as, names[i], &is_new)->is_used = true;
    as->section = section_get(as, ".text");
    as->previous = as->section;
}

/* The symbols that the command line gives. */
static void make_symbols(struct as *as)
{
    for (unsigned i = 0; i < as->options.definitions; i++) {
        const struct as_definition *definition = &as->options.define[i];
        struct expr number = expr_of_number((int64_t)definition->number);
        symbol_assign(as, symbol_get(as, definition->name), &number, NULL);
    }
}

bool as_init(struct as *as, const struct as_options *options)
{
    *as = (struct as){.options = *options, .messages = stderr};
    as->absolute.name = "*ABS*";
    form_init();
    make_sections(as);
    make_symbols(as);
    as->mode.relax = options->relax;
    as->mode.pic = options->pic;
    bool done = mode_begin(as, options->march);
    as->section->align = as->mode.rvc ? 1 : 2;
    return done;
}

/* `# LINE "FILE"`, which the preprocessor writes. Else the line is a comment. */
static void take_line_marker(struct as *as)
{
    struct text name;
    as->at++;
    scan_spaces(as);
    if (!isdigit((unsigned char)*as->at))
        return;
    char *end;
    unsigned long line = strtoul(as->at, &end, 10);
    as->at = end;
    scan_spaces(as);
    if (as->at < as->line_end && *as->at == '"' && scan_string(as, &name))
        source_set_place(as, name.at, (uint32_t)line);
}

/* `1:`, after which the statement goes on. False: there is none. */
static bool take_numeric_label(struct as *as)
{
    const char *at = as->at;
    uint64_t number = 0;
    for (; isdigit((unsigned char)*at) && at - as->at < 9; at++)
        number = number * 10 + (uint64_t)(*at - '0');
    if (at == as->at || *at != ':')
        return false;
    symbol_number_label(as, number);
    as->at = at + 1;
    return true;
}

/* NAME = EXPRESSION. False: it is something else, and the cursor stays. */
static bool take_assignment(struct as *as, struct text name)
{
    const char *after = as->at;
    struct expr expr;
    if (!scan_char(as, '=') || *as->at == '=') {
        bool is_double = as->at > after && *as->at == '=';
        if (!is_double) {
            as->at = after;
            return false;
        }
        as->at++;
    }
    if (text_is(name, ".")) {
        if (expr_parse(as, &expr)) {
            struct frag *frag = section_tail(as, TAIL_ORG);
            frag->expr = expr;
            frag->fill_size = 1;
        }
        return true;
    }
    if (expr_parse(as, &expr))
        symbol_assign(as, symbol_get(as, name), &expr, name.at);
    return true;
}

static void statement_named(struct as *as, struct text name)
{
    if (*as->at == ':') {
        as->at++;
        symbol_label(as, name, name.at);
        return;
    }
    if ((*as->at == ' ' || *as->at == '\t' || *as->at == '=') && take_assignment(as, name))
        return;
    if (macro_call(as, name))
        return;
    if (name.at[0] != '.') {
        insn_line(as, name);
    } else if (!directive_line(as, name)) {
        struct near near = near_begin(name);
        directive_try_near(&near);
        as_error_near(as, name.at, &near, "unknown directive '%.*s'", (int)name.size, name.at);
        as->at = as->line_end;
    }
}

static void statement(struct as *as)
{
    struct text name;
    const char *at = as->at;
    if (as->if_depth && !as->ifs[as->if_depth - 1].is_true) {
        if (scan_name(as, &name))
            directive_skips(as, name);
        else
            as->at = as->line_end;
    } else if (take_numeric_label(as)) {
        return;
    } else if (*at == '"' && scan_string(as, &name) && *as->at == ':') {
        as->at++;
        symbol_label(as, name, at);
    } else if (scan_name(as, &name)) {
        statement_named(as, name);
    } else {
        as_error(as, at, "neither a label nor an instruction nor a directive begins like this");
        as->at = as->line_end;
    }
}

static void statements_of_line(struct as *as)
{
    struct source *source = as->source;
    const char *line = as->line;
    while (as->source == source && as->line == line && as->at < as->line_end) {
        scan_spaces(as);
        if (as->at < as->line_end && *as->at == ';')
            as->at++;
        else if (scan_end(as))
            return;
        else
            statement(as);
    }
}

void as_statements(struct as *as)
{
    while (source_line(as)) {
        scan_spaces(as);
        if (*as->at == '#') {
            if (as->at == as->line)
                take_line_marker(as);
            continue;
        }
        listing_begin(as);
        statements_of_line(as);
        listing_end(as);
    }
}

void as_file(struct as *as, const char *path)
{
    if (source_open(as, path, NULL))
        as_statements(as);
    as->line = NULL;
}

/* Numeric labels that are asked for and never come. */
static void check_forward_labels(struct as *as)
{
    for (struct symbol *symbol = as->symbols; symbol; symbol = symbol->next)
        if (strchr(symbol->name, '\002') && !symbol->section)
            as_error_at(as, symbol->place, "there is no label %.*s: after this line",
                        (int)strcspn(symbol->name + 2, "\002"), symbol->name + 2);
}

void as_finish(struct as *as)
{
    check_forward_labels(as);
    cfi_check(as);
    mode_finish(as);
    if (as->errors)
        return;
    layout_run(as);
    lines_finish(as);
    cfi_finish(as);
    layout_again(as);
}

void as_free(struct as *as)
{
    source_close_all(as);
    for (struct section *section = as->sections; section; section = section->next) {
        free(section->bytes);
        free(section->fixups);
        free(section->marks);
        free(section->relocs);
    }
    cfi_free(as);
    lines_free(as);
    listing_free(as);
    free(as->files);
    table_free(&as->section_names);
    table_free(&as->symbol_names);
    table_free(&as->group_names);
    table_free(&as->macros);
    table_free(&as->many_locals);
    arena_free(&as->arena);
}
