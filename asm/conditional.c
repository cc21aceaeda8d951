/* Conditionals: text that is left out. */
#include <string.h>

#include "directive.h"

enum { DEEPEST = sizeof((struct as *)0)->ifs / sizeof *((struct as *)0)->ifs };

/* How .if and its kin compare a number with zero. */
enum { IS_NOT_ZERO, IS_ZERO, IS_LESS, IS_LESS_EQUAL, IS_GREATER, IS_GREATER_EQUAL };

static bool holds(int how, int64_t number)
{
    switch (how) {
    case IS_ZERO:
        return number == 0;
    case IS_LESS:
        return number < 0;
    case IS_LESS_EQUAL:
        return number <= 0;
    case IS_GREATER:
        return number > 0;
    case IS_GREATER_EQUAL:
        return number >= 0;
    default:
        return number != 0;
    }
}

static bool is_left_out(const struct as *as)
{
    return as->if_depth && !as->ifs[as->if_depth - 1].is_true;
}

static void begin(struct as *as, bool is_true)
{
    if (as->if_depth == DEEPEST) {
        as_error(as, as->line, "conditionals are nested more than %d deep", DEEPEST);
        return;
    }
    bool outer = !is_left_out(as);
    as->ifs[as->if_depth].outer = outer;
    as->ifs[as->if_depth].is_true = outer && is_true;
    as->ifs[as->if_depth].was_true = is_true;
    as->ifs[as->if_depth].has_else = false;
    as->ifs[as->if_depth++].place = as->place;
}

void conditional_if(struct as *as, int how)
{
    int64_t number = 0;
    if (!is_left_out(as))
        expr_number(as, &number);
    else
        as->at = as->line_end;
    begin(as, holds(how, number));
}

void conditional_defined(struct as *as, int wanted)
{
    struct text name;
    if (!scan_symbol_name(as, &name)) {
        as_error(as, as->at, "the name of a symbol is needed here");
        name.size = 0;
    }
    struct symbol *symbol = table_find(&as->symbol_names, name);
    begin(as, (symbol && symbol_is_defined(symbol)) == wanted);
}

void conditional_blank(struct as *as, int wanted)
{
    begin(as, scan_end(as) == wanted);
    as->at = as->line_end;
}

/* The text up to a comma or the line's end, without blanks around it, or a string. */
static struct text read_text(struct as *as, bool is_string)
{
    struct text text = {as->at, 0};
    scan_spaces(as);
    if (is_string || *as->at == '"') {
        if (!scan_string(as, &text))
            text.size = 0;
        return text;
    }
    text.at = as->at;
    while (as->at < as->line_end && *as->at != ',' && !scan_end(as))
        as->at++;
    text.size = (size_t)(as->at - text.at);
    while (text.size && (text.at[text.size - 1] == ' ' || text.at[text.size - 1] == '\t'))
        text.size--;
    return text;
}

/* .ifc and .ifeqs: bit 0 is what is wanted, bit 1 that both are strings */
void conditional_same(struct as *as, int how)
{
    struct text one = read_text(as, how & 2);
    bool has_two = directive_more(as);
    struct text other = read_text(as, how & 2);
    bool is_same = one.size == other.size && memcmp(one.at, other.at, one.size) == 0;
    if (!has_two && !is_left_out(as))
        as_error(as, as->at, "two texts with a comma between are needed here");
    begin(as, is_same == (how & 1));
}

static bool is_open(struct as *as, const char *what)
{
    if (as->if_depth)
        return true;
    as_error(as, as->line, "%s without .if", what);
    return false;
}

void conditional_else(struct as *as, int argument)
{
    (void)argument;
    if (!is_open(as, ".else"))
        return;
    unsigned top = as->if_depth - 1;
    if (as->ifs[top].has_else)
        as_error(as, as->line, "this conditional has an .else already");
    as->ifs[top].has_else = true;
    as->ifs[top].is_true = as->ifs[top].outer && !as->ifs[top].was_true;
    as->ifs[top].was_true = true;
}

void conditional_elseif(struct as *as, int argument)
{
    int64_t number = 0;
    (void)argument;
    if (!is_open(as, ".elseif"))
        return;
    unsigned top = as->if_depth - 1;
    bool may_be = as->ifs[top].outer && !as->ifs[top].was_true;
    if (may_be)
        expr_number(as, &number);
    else
        as->at = as->line_end;
    as->ifs[top].is_true = may_be && number;
    as->ifs[top].was_true |= as->ifs[top].is_true;
}

void conditional_endif(struct as *as, int argument)
{
    (void)argument;
    if (is_open(as, ".endif"))
        as->if_depth--;
}
