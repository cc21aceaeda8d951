/* The parser, which evaluates as it goes: one function a level of C's grammar, with a bound on how
 * deep a user can nest. */
#include "expr.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debugger.h"

enum { DEPTH = 64, NAME_SIZE = 128 };

struct parser {
    struct debugger *debugger;
    const char *at;
    unsigned depth;
    struct expr_error *error;
};

bool expr_wrong(struct expr_error *error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return false;
}

static void skip_space(struct parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

/* The token at which the parser stands, for a message. */
static int token_size(const char *at)
{
    int size = 0;
    while (size < 32 && is_name_char(at[size]))
        size++;
    return size ? size : *at ? 1 : 0;
}

static bool unexpected(struct parser *p, const char *wanted)
{
    skip_space(p);
    if (!*p->at)
        return expr_wrong(p->error, "%s is missing at the end", wanted);
    return expr_wrong(p->error, "'%.*s': %s was expected there", token_size(p->at), p->at, wanted);
}

/* Takes `text` where it stands next, and is no part of a longer operator. */
static bool take(struct parser *p, const char *text)
{
    size_t size = strlen(text);
    skip_space(p);
    if (strncmp(p->at, text, size) != 0)
        return false;
    p->at += size;
    return true;
}

static bool take_name(struct parser *p, char name[NAME_SIZE], bool with_dots)
{
    size_t size = 0;
    skip_space(p);
    if (!isalpha((unsigned char)*p->at) && *p->at != '_' && *p->at != '$')
        return false;
    while (is_name_char(p->at[size]) && (with_dots || p->at[size] != '.'))
        size++;
    if (size >= NAME_SIZE)
        return false;
    memcpy(name, p->at, size);
    name[size] = 0;
    p->at += size;
    return true;
}

static bool parse_binary(struct parser *p, unsigned lowest, struct value *value);

static bool parse_expression(struct parser *p, struct value *value)
{
    if (++p->depth > DEPTH)
        return expr_wrong(p->error, "the expression is nested too deeply");
    bool done = parse_binary(p, 0, value);
    p->depth--;
    return done;
}

static bool parse_number(struct parser *p, struct value *value)
{
    char *end;
    const char *from = p->at;
    bool is_binary = from[0] == '0' && (from[1] == 'b' || from[1] == 'B');
    bool is_hex = from[0] == '0' && (from[1] == 'x' || from[1] == 'X');
    /* What looks octal is decimal: nobody means octal by a leading zero here. */
    const char *digits = is_binary ? from + 2 : from;
    uint64_t most = 0;
    errno = 0;
    most = strtoull(digits, &end, is_binary ? 2 : is_hex ? 16 : 10);
    if (end == digits || is_name_char(*end) || (is_binary && !isdigit((unsigned char)*digits)))
        return expr_wrong(p->error, "'%.*s' is no number", token_size(from), from);
    if (errno)
        return expr_wrong(p->error, "'%.*s' is more than 64 bits", token_size(from), from);
    p->at = end;
    *value = (struct value){.bits = most, .size = 8};
    return true;
}

static bool parse_character(struct parser *p, struct value *value)
{
    const char *from = p->at;
    if (!from[1] || from[1] == '\'' || from[2] != '\'')
        return expr_wrong(p->error, "%.3s is no character", from);
    *value = (struct value){.bits = (unsigned char)from[1], .size = 1};
    p->at += 3;
    return true;
}

/* The arguments of a function after its '(': expressions, and for a walk what it is for. */
static bool parse_arguments(struct parser *p, struct value args[2], unsigned *count, char *why)
{
    *count = 0;
    *why = 'r';
    do {
        skip_space(p);
        if (*count == 1 && strchr("rwx", *p->at) && *p->at && !is_name_char(p->at[1])) {
            *why = *p->at++;
        } else {
            if (*count == 2)
                return unexpected(p, "')'");
            if (!parse_expression(p, &args[*count]))
                return false;
            ++*count;
        }
    } while (take(p, ","));
    return take(p, ")") || unexpected(p, "')'");
}

static bool parse_call(struct parser *p, const char *name, struct value *value)
{
    struct value args[2];
    unsigned count, size;
    char why, member[NAME_SIZE] = "";
    bool is_signed;
    if (!take(p, "("))
        return unexpected(p, "'('");
    if (!parse_arguments(p, args, &count, &why))
        return false;
    if (expr_type(name, &size, &is_signed))
        return expr_load(p->debugger, args[0].level, args[0].bits, size, is_signed, value,
                         p->error);
    if (*p->at == '.') {
        p->at++;
        if (!take_name(p, member, false))
            return unexpected(p, "a member's name");
    }
    struct expr_call call = {
        .name = name, .args = args, .count = count, .why = why, .member = member};
    return expr_function(p->debugger, &call, value, p->error);
}

/* gva:, gpa: and hpa: say which address the operand is. */
static bool take_level(struct parser *p, enum level *level)
{
    static const char *const names[] = {"gva:", "gpa:", "hpa:"};
    for (unsigned i = 0; i < 3; i++)
        if (take(p, names[i])) {
            *level = (enum level)i;
            return true;
        }
    return false;
}

static bool parse_primary(struct parser *p, struct value *value)
{
    char name[NAME_SIZE];
    unsigned size;
    bool is_signed;
    if (take(p, "("))
        return parse_expression(p, value) && (take(p, ")") || unexpected(p, "')'"));
    if (isdigit((unsigned char)*p->at))
        return parse_number(p, value);
    if (*p->at == '\'')
        return parse_character(p, value);
    const char *from = p->at;
    if (!take_name(p, name, true))
        return unexpected(p, "a value");
    skip_space(p);
    if (*p->at == '(' && (expr_is_function(name) || expr_type(name, &size, &is_signed)))
        return parse_call(p, name, value);
    p->at = *p->at == '(' ? from + strlen(name) : p->at;
    return expr_name(p->debugger, name, value, p->error);
}

/* A cast such as (u32) or (u64*), if one stands here. */
static bool take_cast(struct parser *p, unsigned *size, bool *is_signed, bool *is_pointer)
{
    char name[NAME_SIZE];
    const char *from = p->at;
    if (take(p, "(") && take_name(p, name, false) && expr_type(name, size, is_signed)) {
        *is_pointer = take(p, "*");
        if (take(p, ")"))
            return true;
    }
    p->at = from;
    return false;
}

static void cast(struct value *value, unsigned size, bool is_signed, bool is_pointer)
{
    value->place = PLACE_NONE;
    if (is_pointer) {
        value->points = size;
        value->points_signed = is_signed;
        return;
    }
    unsigned shift = 64 - 8 * size;
    uint64_t top = value->bits << shift;
    value->bits = is_signed ? (uint64_t)((int64_t)top >> shift) : top >> shift;
    value->size = size;
    value->is_signed = is_signed;
    value->points = 0;
}

static bool parse_unary(struct parser *p, struct value *value);

static bool parse_operand(struct parser *p, struct value *value)
{
    if (++p->depth > DEPTH)
        return expr_wrong(p->error, "the expression is nested too deeply");
    bool done = parse_unary(p, value);
    p->depth--;
    return done;
}

static bool parse_dereference(struct parser *p, struct value *value)
{
    if (!parse_operand(p, value))
        return false;
    unsigned size = value->points ? value->points : 8;
    return expr_load(p->debugger, value->level, value->bits, size, value->points_signed, value,
                     p->error);
}

static bool parse_unary(struct parser *p, struct value *value)
{
    unsigned size;
    bool is_signed, is_pointer;
    enum level level;
    skip_space(p);
    if (take_level(p, &level)) {
        if (!parse_operand(p, value))
            return false;
        value->level = level;
        return true;
    }
    if (take_cast(p, &size, &is_signed, &is_pointer)) {
        if (!parse_operand(p, value))
            return false;
        cast(value, size, is_signed, is_pointer);
        return true;
    }
    char op = *p->at;
    if (!op || !strchr("-~!+*&", op))
        return parse_primary(p, value);
    p->at++;
    if (op == '*')
        return parse_dereference(p, value);
    if (!parse_operand(p, value))
        return false;
    uint64_t bits = value->bits;
    if (op == '&') { /* a symbol already is its address; of what was loaded, give it back */
        if (value->place == PLACE_MEMORY)
            *value = (struct value){.bits = value->address, .size = 8, .level = value->level};
        return true;
    }
    value->bits = op == '-' ? -bits : op == '~' ? ~bits : op == '!' ? !bits : bits;
    value->place = PLACE_NONE;
    return true;
}

enum operator{
    OR,
    AND,
    BIT_OR,
    BIT_XOR,
    BIT_AND,
    EQ,
    NE,
    LE,
    GE,
    SHL,
    SHR,
    LT,
    GT,
    ADD,
    SUB,
    MUL,
    DIV,
    REM
};
static const struct {
    const char *text;
    unsigned precedence;
    enum operator op;
} operators[] = {
    /* Longer ones first, so that a prefix of one is not taken for it. */
    {"||", 0, OR},     {"&&", 1, AND}, {"==", 5, EQ},  {"!=", 5, NE},    {"<=", 6, LE},
    {">=", 6, GE},     {"<<", 7, SHL}, {">>", 7, SHR}, {"|", 2, BIT_OR}, {"^", 3, BIT_XOR},
    {"&", 4, BIT_AND}, {"<", 6, LT},   {">", 6, GT},   {"+", 8, ADD},    {"-", 8, SUB},
    {"*", 9, MUL},     {"/", 9, DIV},  {"%", 9, REM},
};

static bool take_operator(struct parser *p, unsigned lowest, unsigned *which)
{
    const char *from = p->at;
    for (unsigned i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (!take(p, operators[i].text))
            continue;
        *which = i;
        if (operators[i].precedence >= lowest)
            return true;
        break;
    }
    p->at = from;
    return false;
}

/* Division by zero is the user's mistake, not the architecture's rule. */
/* NOLINTNEXTLINE(readability-function-*): a dispatcher, one case an operator */
static bool apply(struct parser *p, enum operator op, struct value *a, const struct value *b)
{
    uint64_t x = a->bits, y = b->bits, result = 0;
    bool is_signed = a->is_signed && b->is_signed;
    bool less = is_signed ? (int64_t)x < (int64_t)y : x < y;
    if ((op == DIV || op == REM) && y == 0)
        return expr_wrong(p->error, "division by zero");
    switch (op) {
    case OR:
        result = x || y;
        break;
    case AND:
        result = x && y;
        break;
    case BIT_OR:
        result = x | y;
        break;
    case BIT_XOR:
        result = x ^ y;
        break;
    case BIT_AND:
        result = x & y;
        break;
    case EQ:
        result = x == y;
        break;
    case NE:
        result = x != y;
        break;
    case LT:
        result = less;
        break;
    case GE:
        result = !less;
        break;
    case LE:
        result = less || x == y;
        break;
    case GT:
        result = !less && x != y;
        break;
    case SHL:
        result = y < 64 ? x << y : 0;
        break;
    case SHR:
        result = y < 64 ? x >> y : 0;
        break;
    case ADD:
        result = x + y;
        break;
    case SUB:
        result = x - y;
        break;
    case MUL:
        result = x * y;
        break;
    case DIV:
        result = is_signed && y == ~(uint64_t)0 ? -x
                 : is_signed                    ? (uint64_t)((int64_t)x / (int64_t)y)
                                                : x / y;
        break;
    case REM:
        result = is_signed && y == ~(uint64_t)0 ? 0
                 : is_signed                    ? (uint64_t)((int64_t)x % (int64_t)y)
                                                : x % y;
        break;
    }
    *a = (struct value){.bits = result,
                        .size = 8,
                        .is_signed = is_signed,
                        .level = a->level ? a->level : b->level,
                        .points = op == ADD || op == SUB ? a->points : 0,
                        .points_signed = a->points_signed};
    return true;
}

static bool parse_binary(struct parser *p, unsigned lowest, struct value *value)
{
    unsigned which;
    if (!parse_operand(p, value))
        return false;
    while (take_operator(p, lowest, &which)) {
        struct value right;
        if (++p->depth > DEPTH)
            return expr_wrong(p->error, "the expression is nested too deeply");
        if (!parse_binary(p, operators[which].precedence + 1, &right) ||
            !apply(p, operators[which].op, value, &right))
            return false;
        p->depth--;
    }
    return true;
}

bool expr_eval(struct debugger *debugger, const char *text, const char **end, struct value *value,
               struct expr_error *error)
{
    struct parser p = {.debugger = debugger, .at = text, .error = error};
    if (!parse_expression(&p, value))
        return false;
    skip_space(&p);
    if (end)
        *end = p.at;
    else if (*p.at)
        return expr_wrong(error, "'%.*s': the expression ends before it", token_size(p.at), p.at);
    return true;
}
