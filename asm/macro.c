/* Macros and repetitions: text with names in it that is read again with values for them. */
#define _GNU_SOURCE /* memrchr */
#include <assert.h>
#include <string.h>

#include "directive.h"

struct parameter {
    struct text name, value; /* value: where none is given */
    bool is_required, takes_rest;
};
enum { MOST_PARAMETERS = 32, MOST_EXPANSIONS = 64 << 20, MOST_REPEATS = 1 << 20 };
struct macro {
    struct text body;
    unsigned count;
    struct parameter parameters[MOST_PARAMETERS];
};

/* A text that grows; in the arena it stays. */
struct output {
    struct as *as;
    char *text;
    size_t size, room;
};

static void put(struct output *output, const char *at, size_t size)
{
    if (!size)
        return;
    if (output->size + size > output->room) {
        size_t room = (output->size + size) * 2 + 256;
        char *more = arena_alloc(&output->as->arena, room);
        memcpy(more, output->text ? output->text : "", output->size);
        output->text = more;
        output->room = room;
    }
    assert(output->text && "there is room");
    memcpy(output->text + output->size, at, size);
    output->size += size;
}

/* False, and a complaint, when all expansions together are too long: memory has an end. */
static bool may_expand(struct as *as, size_t size)
{
    if (size < MOST_EXPANSIONS && as->expansions < MOST_EXPANSIONS - size) {
        as->expansions += (unsigned)size + 1;
        return true;
    }
    as_error(as, as->line, "macros and repetitions come to more than %d bytes", MOST_EXPANSIONS);
    source_close_all(as);
    return false;
}

/* Reads `text` next, and then what is left of the line that asked for it. */
static void read_next(struct as *as, struct text text, struct place place, struct macro *macro)
{
    static struct macro nameless;
    if (as->at < as->line_end && *as->at == ';')
        source_text(as, (struct text){as->at + 1, (size_t)(as->line_end - as->at - 1)}, place,
                    &nameless);
    source_text(as, text, place, macro ? macro : &nameless);
}

static const struct text *value_of(const struct macro *macro, const struct text *values,
                                   struct text name)
{
    for (unsigned i = 0; i < macro->count; i++)
        if (macro->parameters[i].name.size == name.size &&
            memcmp(macro->parameters[i].name.at, name.at, name.size) == 0)
            return &values[i];
    return NULL;
}

/* What stands for a backslash and what follows it, `at` after the backslash. Gives where to go on;
 * NULL: it is no parameter. */
static const char *put_value(struct output *output, const struct macro *macro,
                             const struct text *values, const char *at, const char *end)
{
    char number[16];
    if (at < end && *at == '@') {
        int size = snprintf(number, sizeof number, "%u", output->as->macro_count);
        put(output, number, (size_t)size);
        return at + 1;
    }
    if (at + 1 < end && at[0] == '(' && at[1] == ')')
        return at + 2;
    struct text name = {at, 0};
    while (at < end && is_name_char(*at) && (name.size || is_name_start(*at))) {
        name.size++;
        at++;
    }
    /* .f is no part of \name.f, unless a parameter is called so */
    while (name.size) {
        const struct text *value = value_of(macro, values, name);
        if (value) {
            put(output, value->at, value->size);
            return name.at + name.size;
        }
        const char *dot = memrchr(name.at, '.', name.size);
        name.size = dot ? (size_t)(dot - name.at) : 0;
    }
    return NULL;
}

static void expand(struct output *output, const struct macro *macro, const struct text *values)
{
    const char *end = macro->body.at + macro->body.size;
    for (const char *at = macro->body.at; at < end;) {
        const char *back = memchr(at, '\\', (size_t)(end - at));
        put(output, at, (size_t)((back ? back : end) - at));
        if (!back)
            return;
        const char *next = put_value(output, macro, values, back + 1, end);
        if (!next)
            put(output, back, 1);
        at = next ? next : back + 1;
    }
}

/* True when a blank at the cursor parts two values; one beside an operator does not. */
static bool is_parting_blank(struct as *as)
{
    static const char joins[] = "+-*/%|&^<>=!(,";
    char before = as->at[-1];
    const char *at = as->at;
    while (at < as->line_end && (*at == ' ' || *at == '\t'))
        at++;
    return at < as->line_end && !strchr(joins, before) && !strchr("+-*/%|&^<>=!),", *at);
}

static struct text read_quoted(struct as *as)
{
    const char *open = ++as->at;
    while (as->at < as->line_end && *as->at != '"')
        as->at += *as->at == '\\' && as->at + 1 < as->line_end ? 2 : 1;
    struct text value = {open, (size_t)(as->at - open)};
    as->at += as->at < as->line_end;
    return value;
}

/* One value of a call: up to a comma, or a blank that parts; quotes around it are taken away. */
static struct text read_value(struct as *as)
{
    struct text value = {as->at, 0};
    unsigned depth = 0;
    if (*as->at == '"')
        return read_quoted(as);
    while (as->at < as->line_end && *as->at != ';' && *as->at != '#') {
        char c = *as->at;
        if (!depth && (c == ',' || ((c == ' ' || c == '\t') && is_parting_blank(as))))
            break;
        depth += c == '(';
        depth -= c == ')' && depth;
        if (c == '\'' && as->at + 1 < as->line_end)
            as->at++;
        as->at++;
    }
    value.size = (size_t)(as->at - value.at);
    while (value.size && (value.at[value.size - 1] == ' ' || value.at[value.size - 1] == '\t'))
        value.size--;
    return value;
}

/* The rest of the line, with no blanks but those between two names: GNU as hands it over so. */
static struct text read_rest(struct as *as)
{
    char *copy = arena_alloc(&as->arena, (size_t)(as->line_end - as->at) + 1);
    size_t size = 0;
    bool is_quoted = false, had_blank = false;
    for (; as->at < as->line_end; as->at++) {
        char c = *as->at;
        if (!is_quoted && (c == '#' || c == ';'))
            break;
        if (!is_quoted && (c == ' ' || c == '\t')) {
            had_blank = true;
            continue;
        }
        bool parts = size && had_blank && is_name_char(c) && is_name_char(copy[size - 1]);
        if (parts)
            copy[size++] = ' ';
        had_blank = false;
        is_quoted ^= c == '"';
        copy[size++] = c;
    }
    return (struct text){copy, size};
}

/* The parameter that `NAME =` at the cursor names; its number, or -1, and the cursor stays. */
static int read_keyword(struct as *as, const struct macro *macro)
{
    const char *start = as->at;
    struct text name;
    if (scan_name(as, &name) && scan_char(as, '=') && *as->at != '=')
        for (unsigned i = 0; i < macro->count; i++)
            if (macro->parameters[i].name.size == name.size &&
                memcmp(macro->parameters[i].name.at, name.at, name.size) == 0) {
                scan_spaces(as);
                return (int)i;
            }
    as->at = start;
    return -1;
}

static bool read_values(struct as *as, const struct macro *macro, struct text *values)
{
    unsigned next = 0;
    while (!scan_end(as)) {
        const char *at = as->at;
        int keyword = read_keyword(as, macro);
        unsigned which = keyword >= 0 ? (unsigned)keyword : next++;
        if (which >= macro->count) {
            as_error(as, at, "this macro takes %u arguments, and here is one more", macro->count);
            return false;
        }
        values[which] = macro->parameters[which].takes_rest ? read_rest(as) : read_value(as);
        scan_char(as, ',');
    }
    return true;
}

bool macro_call(struct as *as, struct text name)
{
    struct macro *macro = as->macros.count ? table_find(&as->macros, name) : NULL;
    struct text values[MOST_PARAMETERS];
    struct output output = {.as = as};
    if (!macro)
        return false;
    for (unsigned i = 0; i < macro->count; i++)
        values[i] = macro->parameters[i].value;
    const char *at = as->at;
    if (!read_values(as, macro, values))
        return true;
    for (unsigned i = 0; i < macro->count; i++)
        if (macro->parameters[i].is_required && !values[i].size) {
            as_error(as, at, "the macro's argument %.*s is missing",
                     (int)macro->parameters[i].name.size, macro->parameters[i].name.at);
            return true;
        }
    expand(&output, macro, values);
    as->macro_count++;
    if (may_expand(as, output.size))
        read_next(as, (struct text){output.text, output.size}, as->place, macro);
    return true;
}

/* One parameter of a definition: NAME [:req | :vararg] [= VALUE]. */
static bool read_parameter(struct as *as, struct macro *macro)
{
    struct parameter *parameter = &macro->parameters[macro->count];
    struct text kind;
    if (macro->count == MOST_PARAMETERS) {
        as_error(as, as->at, "a macro has at most %d parameters", MOST_PARAMETERS);
        return false;
    }
    if (!scan_name(as, &parameter->name)) {
        as_error(as, as->at, "the name of a parameter is needed here");
        return false;
    }
    parameter->name.at = arena_text(&as->arena, parameter->name);
    if (*as->at == ':') {
        as->at++;
        bool is_kind = scan_name(as, &kind);
        parameter->is_required = is_kind && text_is(kind, "req");
        parameter->takes_rest = is_kind && text_is(kind, "vararg");
        if (!parameter->is_required && !parameter->takes_rest) {
            as_error(as, as->at, "only :req and :vararg can stand here");
            return false;
        }
    }
    if (scan_char(as, '=')) {
        scan_spaces(as);
        struct text value = read_value(as);
        parameter->value = (struct text){arena_text(&as->arena, value), value.size};
    }
    scan_char(as, ',');
    macro->count++;
    return true;
}

/* A body lives longer than the file that it stands in. */
static struct text keep(struct as *as, struct text body)
{
    return (struct text){arena_text(&as->arena, body), body.size};
}

void macro_define(struct as *as, int argument)
{
    static const char *const opens[] = {".macro", NULL};
    struct macro *macro = arena_alloc(&as->arena, sizeof *macro);
    struct text name;
    (void)argument;
    if (!scan_name(as, &name)) {
        as_error(as, as->at, "the name of a macro is needed here");
        return;
    }
    name.at = arena_text(&as->arena, name);
    scan_char(as, ',');
    while (!scan_end(as))
        if (!read_parameter(as, macro))
            break;
    unsigned errors = as->errors;
    if (!source_take_until(as, opens, ".endm", &macro->body) || errors != as->errors)
        return;
    macro->body = keep(as, macro->body);
    void **place = table_at(&as->macros, name);
    if (*place)
        as_error_at(as, as->place, "the macro %.*s is defined already", (int)name.size, name.at);
    *place = macro;
}

void macro_purge(struct as *as, int argument)
{
    struct text name;
    (void)argument;
    do {
        if (!scan_name(as, &name) || !table_find(&as->macros, name)) {
            as_error(as, as->at, "no macro has this name");
            return;
        }
        *table_at(&as->macros, name) = NULL;
    } while (directive_more(as));
}

void macro_exit(struct as *as, int argument)
{
    (void)argument;
    if (!source_leave_macro(as))
        as_error(as, as->line, ".exitm outside a macro");
}

static const char *const repeats[] = {".rept", ".irp", ".irpc", NULL};

/* .rept COUNT */
void macro_repeat(struct as *as, int argument)
{
    int64_t count = 0;
    struct text body;
    struct place place = as->place;
    const char *at = as->at;
    (void)argument;
    if (expr_number(as, &count) && (count < 0 || count > MOST_REPEATS)) {
        as_error(as, at, "%lld is no number of times: it goes from 0 to %d", (long long)count,
                 MOST_REPEATS);
        count = 0;
    }
    if (!source_take_until(as, repeats, ".endr", &body) || !count || !body.size)
        return;
    if (!may_expand(as, (size_t)count * body.size))
        return;
    struct output output = {.as = as};
    for (int64_t i = 0; i < count; i++)
        put(&output, body.at, body.size);
    read_next(as, (struct text){output.text, output.size}, place, NULL);
}

/* .irp NAME, VALUE, ...: a body for each; .irpc: for each letter of the value */
void macro_irp(struct as *as, int is_by_letter)
{
    struct macro macro = {.count = 1};
    struct text values[256];
    unsigned count = 0;
    struct place place = as->place;
    bool has_name = scan_name(as, &macro.parameters[0].name);
    if (!has_name)
        as_error(as, as->at, "the name of a parameter is needed here");
    scan_char(as, ',');
    while (has_name && !scan_end(as) && count < sizeof values / sizeof *values) {
        values[count++] = read_value(as);
        scan_char(as, ',');
    }
    if (!count)
        values[count++] = (struct text){"", 0};
    if (!source_take_until(as, repeats, ".endr", &macro.body) || !has_name)
        return;
    assert(macro.count == 1 && "a value is for the one parameter");
    struct output output = {.as = as};
    for (unsigned i = 0; i < count; i++) {
        struct text value = values[i];
        for (size_t letter = 0; is_by_letter && letter < value.size; letter++) {
            struct text one = {value.at + letter, 1};
            expand(&output, &macro, &one);
        }
        if (!is_by_letter)
            expand(&output, &macro, &value);
    }
    if (may_expand(as, output.size))
        read_next(as, (struct text){output.text, output.size}, place, NULL);
}
