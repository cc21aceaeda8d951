/* Expressions: read with GNU as's precedences, folded as far as is known, the rest kept until
 * addresses are. */
#include <ctype.h>
#include <string.h>

#include "as.h"

enum operation {
    NEGATE = 1,
    INVERT,
    NOT,
    MULTIPLY,
    DIVIDE,
    REMAINDER,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    OR,
    OR_NOT,
    XOR,
    AND,
    ADD,
    SUBTRACT,
    EQUAL,
    UNEQUAL,
    LESS,
    LESS_EQUAL,
    GREATER_EQUAL,
    GREATER,
    LOGICAL_AND,
    LOGICAL_OR,
};

/* Longer spellings stand before those that they begin with. */
static const struct {
    const char *text;
    uint8_t operation, rank;
} operators[] = {
    {"<<", SHIFT_LEFT, 6}, {">>", SHIFT_RIGHT, 6}, {"<=", LESS_EQUAL, 3}, {">=", GREATER_EQUAL, 3},
    {"<>", UNEQUAL, 3},    {"!=", UNEQUAL, 3},     {"==", EQUAL, 3},      {"&&", LOGICAL_AND, 2},
    {"||", LOGICAL_OR, 1}, {"*", MULTIPLY, 6},     {"/", DIVIDE, 6},      {"%", REMAINDER, 6},
    {"|", OR, 5},          {"!", OR_NOT, 5},       {"^", XOR, 5},         {"&", AND, 5},
    {"+", ADD, 4},         {"-", SUBTRACT, 4},     {"<", LESS, 3},        {">", GREATER, 3},
};
enum { DEEPEST = 200 };

struct expr expr_of_number(int64_t number)
{
    return (struct expr){.kind = EXPR_NUMBER, .number = number};
}

struct expr expr_of_symbol(struct symbol *symbol, int64_t number)
{
    return (struct expr){.kind = EXPR_SYMBOL, .add = symbol, .number = number};
}

struct expr expr_here(struct as *as)
{
    return expr_of_symbol(symbol_here(as, ".L0 "), 0);
}

/* The result of an operation on numbers. False: there is none. A comparison that holds is all
 * ones, as GNU as has it. */
/* NOLINTNEXTLINE(readability-function-size): a dispatcher, a case an operation */
static bool compute(int operation, int64_t a, int64_t b, int64_t *result)
{
    uint64_t left = (uint64_t)a, right = (uint64_t)b;
    switch ((enum operation)operation) {
    case NEGATE:
        *result = (int64_t)(0 - right);
        return true;
    case INVERT:
        *result = ~b;
        return true;
    case NOT:
        *result = !b;
        return true;
    case MULTIPLY:
        *result = (int64_t)(left * right);
        return true;
    case DIVIDE:
    case REMAINDER:
        if (!b)
            return false;
        if (b == -1)
            *result = operation == DIVIDE ? (int64_t)(0 - left) : 0;
        else
            *result = operation == DIVIDE ? a / b : a % b;
        return true;
    case SHIFT_LEFT:
        *result = right < 64 ? (int64_t)(left << right) : 0;
        return true;
    case SHIFT_RIGHT:
        *result = right < 64 ? (int64_t)(left >> right) : 0;
        return true;
    case OR:
        *result = a | b;
        return true;
    case OR_NOT:
        *result = a | ~b;
        return true;
    case XOR:
        *result = a ^ b;
        return true;
    case AND:
        *result = a & b;
        return true;
    case ADD:
        *result = (int64_t)(left + right);
        return true;
    case SUBTRACT:
        *result = (int64_t)(left - right);
        return true;
    case EQUAL:
        *result = -(a == b);
        return true;
    case UNEQUAL:
        *result = -(a != b);
        return true;
    case LESS:
        *result = -(a < b);
        return true;
    case LESS_EQUAL:
        *result = -(a <= b);
        return true;
    case GREATER_EQUAL:
        *result = -(a >= b);
        return true;
    case GREATER:
        *result = -(a > b);
        return true;
    case LOGICAL_AND:
        *result = a && b;
        return true;
    case LOGICAL_OR:
        *result = a || b;
        return true;
    }
    return false;
}

static bool has_address(const struct expr *expr)
{
    return expr->kind == EXPR_SYMBOL || expr->kind == EXPR_DIFFERENCE;
}

/* Sums and differences that stay simple. False: they do not. */
static bool join(int operation, const struct expr *left, const struct expr *right,
                 struct expr *result)
{
    bool adds = operation == ADD;
    if (!adds && operation != SUBTRACT)
        return false;
    *result = *left;
    uint64_t number = (uint64_t)right->number;
    result->number = (int64_t)((uint64_t)left->number + (adds ? number : 0 - number));
    if (has_address(left) && right->kind == EXPR_NUMBER)
        return true;
    if (adds && left->kind == EXPR_NUMBER && has_address(right)) {
        result->kind = right->kind;
        result->add = right->add;
        result->sub = right->sub;
        return true;
    }
    if (adds || left->kind != EXPR_SYMBOL || right->kind != EXPR_SYMBOL)
        return false;
    result->kind = EXPR_DIFFERENCE;
    result->sub = right->add;
    return true;
}

static bool combine(struct as *as, int operation, const struct expr *left, const struct expr *right,
                    struct expr *result, const char *at)
{
    if (left->kind == EXPR_NUMBER && right->kind == EXPR_NUMBER) {
        *result = expr_of_number(0);
        if (compute(operation, left->number, right->number, &result->number))
            return true;
        as_error(as, at, "division by zero");
        return false;
    }
    if (join(operation, left, right, result))
        return true;
    struct expr_node *node = arena_alloc(&as->arena, sizeof *node);
    *node = (struct expr_node){operation, *left, *right};
    *result = (struct expr){.kind = EXPR_TREE, .tree = node};
    return true;
}

/* The value of a digit; 99: it is none. */
static unsigned digit_of(char c)
{
    return isdigit((unsigned char)c) ? (unsigned)(c - '0')
           : c >= 'a' && c <= 'f'    ? (unsigned)(c - 'a' + 10)
           : c >= 'A' && c <= 'F'    ? (unsigned)(c - 'A' + 10)
                                     : 99;
}

static bool parse_digits(struct as *as, unsigned base, struct expr *expr)
{
    const char *start = as->at;
    uint64_t value = 0;
    bool overflows = false;
    for (unsigned digit; (digit = digit_of(*as->at)) < base; as->at++)
        overflows |= __builtin_mul_overflow(value, (uint64_t)base, &value) ||
                     __builtin_add_overflow(value, (uint64_t)digit, &value);
    if (overflows)
        as_error(as, start, "this number has more than 64 bits");
    else if (is_name_char(*as->at))
        as_error(as, as->at, "'%c' is no digit of a number of base %u", *as->at, base);
    *expr = expr_of_number((int64_t)value);
    return !as->line_has_error;
}

/* 1b and 1f, the nearest label 1: before and after; `end` is on the letter. */
static bool parse_label(struct as *as, const char *end, struct expr *expr)
{
    uint64_t number = 0;
    for (const char *digit = as->at; digit < end; digit++)
        number = number * 10 + (uint64_t)(*digit - '0');
    struct symbol *symbol = symbol_number_ref(as, number, *end == 'f');
    if (!symbol) {
        as_error(as, as->at, "there is no label %d: before this line", (int)number);
        return false;
    }
    as->at = end + 1;
    *expr = expr_of_symbol(symbol, 0);
    return true;
}

static bool parse_number(struct as *as, struct expr *expr)
{
    const char *at = as->at;
    while (isdigit((unsigned char)*at))
        at++;
    if ((*at == 'b' || *at == 'f') && !is_name_char(at[1]) && at - as->at < 9)
        return parse_label(as, at, expr);
    bool has_prefix = as->at[0] == '0' && as->at[1] && strchr("xXbB", as->at[1]);
    if (!has_prefix)
        return parse_digits(as, as->at[0] == '0' ? 8 : 10, expr);
    unsigned base = strchr("xX", as->at[1]) ? 16 : 2;
    as->at += 2;
    if (digit_of(*as->at) < base)
        return parse_digits(as, base, expr);
    as_error(as, as->at - 2, "this number has no digits");
    return false;
}

/* What a backslash and a letter stand for. */
static char escaped(char c)
{
    static const char from[] = "bfnrt0", to[] = "\b\f\n\r\t";
    const char *found = c ? strchr(from, c) : NULL;
    return (char)(found ? to[found - from] : c);
}

/* A character: 'c, 'c', '\n'. */
static bool parse_character(struct as *as, struct expr *expr)
{
    const char *at = as->at + 1;
    if (at >= as->line_end) {
        as_error(as, as->at, "a character is missing after this quote");
        return false;
    }
    char c = *at++;
    if (c == '\\' && at < as->line_end) {
        c = escaped(*at++);
    }
    as->at = at + (at < as->line_end && *at == '\'');
    *expr = expr_of_number((unsigned char)c);
    return true;
}

/* What a name means now: a number, where its symbol is one; else the symbol. */
static struct expr expr_of_name(struct as *as, struct text name)
{
    if (text_is(name, "."))
        return expr_here(as);
    struct symbol *symbol = symbol_get(as, name);
    if (symbol->section == &as->absolute && symbol->bind != 2)
        return expr_of_number((int64_t)symbol->value);
    return expr_of_symbol(symbol, 0);
}

static bool parse_rank(struct as *as, int least, struct expr *expr, int depth);

static bool parse_operand(struct as *as, struct expr *expr, int depth);

static bool parse_unary(struct as *as, char sign, struct expr *expr, int depth)
{
    struct expr right, none = expr_of_number(0);
    const char *at = as->at++;
    if (!parse_operand(as, &right, depth + 1))
        return false;
    *expr = right;
    int operation = sign == '-' ? NEGATE : sign == '~' ? INVERT : NOT;
    return sign == '+' || combine(as, operation, &none, &right, expr, at);
}

static bool parse_parenthesis(struct as *as, struct expr *expr, int depth)
{
    const char *at = as->at++;
    if (!parse_rank(as, 1, expr, depth + 1))
        return false;
    if (scan_char(as, ')'))
        return true;
    as_error(as, at, "this parenthesis is not closed");
    return false;
}

static bool parse_operand(struct as *as, struct expr *expr, int depth)
{
    struct text name;
    scan_spaces(as);
    const char *at = as->at;
    char c = (char)(at < as->line_end ? *at : 0);
    if (depth > DEEPEST) {
        as_error(as, at, "this expression is nested more than %d deep", DEEPEST);
        return false;
    }
    if (isdigit((unsigned char)c))
        return parse_number(as, expr);
    if (c == '\'')
        return parse_character(as, expr);
    if (c == '-' || c == '~' || c == '!' || c == '+')
        return parse_unary(as, c, expr, depth);
    if (c == '(')
        return parse_parenthesis(as, expr, depth);
    if (scan_symbol_name(as, &name)) {
        *expr = expr_of_name(as, name);
        return true;
    }
    as_error(as, at, scan_end(as) ? "an expression is missing here" : "this is no expression");
    return false;
}

/* The operator at the cursor, or -1. */
static int find_operator(struct as *as)
{
    scan_spaces(as);
    char c = (char)(as->at < as->line_end ? *as->at : 0);
    if (!c || !strchr("<>!=&|*/%^+-", c) || (c == '/' && as->at[1] == '/'))
        return -1;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strncmp(as->at, operators[i].text, strlen(operators[i].text)) == 0)
            return (int)i;
    return -1;
}

static bool parse_rank(struct as *as, int least, struct expr *expr, int depth)
{
    if (!parse_operand(as, expr, depth))
        return false;
    for (int i; (i = find_operator(as)) >= 0 && operators[i].rank >= least;) {
        const char *at = as->at;
        struct expr left = *expr, right;
        as->at += strlen(operators[i].text);
        if (!parse_rank(as, operators[i].rank + 1, &right, depth + 1) ||
            !combine(as, operators[i].operation, &left, &right, expr, at))
            return false;
    }
    return true;
}

bool expr_parse(struct as *as, struct expr *expr)
{
    return parse_rank(as, 1, expr, 0);
}

/* How far apart two places of a section are, where nothing between them can change its size. */
static bool find_distance(const struct symbol *to, const struct symbol *from, int64_t *distance)
{
    if (!to->section || to->section != from->section || !to->frag || !from->frag)
        return false;
    const struct frag *frag = from->frag;
    uint64_t between = 0;
    for (; frag && frag != to->frag; frag = frag->next) {
        if (frag->kind != TAIL_NONE)
            return false;
        between += frag->fixed;
    }
    *distance = (int64_t)(between + to->value - from->value);
    return frag != NULL;
}

static bool difference_now(const struct expr *expr, int64_t *number)
{
    int64_t distance;
    if (find_distance(expr->add, expr->sub, &distance))
        *number = expr->number + distance;
    else if (find_distance(expr->sub, expr->add, &distance))
        *number = expr->number - distance;
    else
        return false;
    return true;
}

bool expr_number_soft(struct as *as, const struct expr *expr, int64_t *number)
{
    int64_t left, right;
    switch (expr->kind) {
    case EXPR_NUMBER:
        *number = expr->number;
        return true;
    case EXPR_SYMBOL:
        *number = expr->number + (int64_t)expr->add->value;
        if (expr->add->section == &as->absolute)
            return true;
        return expr->add->expr && !expr->number && expr_number_soft(as, expr->add->expr, number);
    case EXPR_DIFFERENCE:
        return difference_now(expr, number);
    case EXPR_TREE:
        return expr_number_soft(as, &expr->tree->left, &left) &&
               expr_number_soft(as, &expr->tree->right, &right) &&
               compute(expr->tree->operation, left, right, number);
    case EXPR_NONE:
    case EXPR_REGISTER:
        return false;
    }
    return false;
}

bool expr_number(struct as *as, int64_t *number)
{
    struct expr expr;
    scan_spaces(as);
    const char *at = as->at;
    if (!expr_parse(as, &expr))
        return false;
    if (expr_number_soft(as, &expr, number))
        return true;
    as_error(as, at, "a number that is known here is needed");
    return false;
}

/* What a symbol is in the end: itself, or what it was set to. */
static bool final_symbol(struct as *as, const struct expr *expr, struct place place,
                         struct expr *value)
{
    struct symbol *symbol = expr->add;
    *value = *expr;
    if (symbol->section == &as->absolute) {
        *value = expr_of_number((int64_t)symbol->value + expr->number);
        return true;
    }
    if (!symbol->expr)
        return true;
    if (symbol->is_resolving) {
        as_error_at(as, place, "the value of %s depends on itself", symbol->name);
        return false;
    }
    symbol->is_resolving = true;
    bool done = expr_final(as, symbol->expr, place, value);
    symbol->is_resolving = false;
    value->number = (int64_t)((uint64_t)value->number + (uint64_t)expr->number);
    return done;
}

void expr_fold(struct expr *value)
{
    if (value->kind != EXPR_DIFFERENCE || !value->add->section ||
        value->add->section != value->sub->section)
        return;
    *value = expr_of_number(value->number +
                            (int64_t)(symbol_address(value->add) - symbol_address(value->sub)));
}

static bool final_tree(struct as *as, const struct expr *expr, struct place place,
                       struct expr *value)
{
    struct expr left, right;
    if (!expr_final(as, &expr->tree->left, place, &left) ||
        !expr_final(as, &expr->tree->right, place, &right))
        return false;
    expr_fold(&left);
    expr_fold(&right);
    if (join(expr->tree->operation, &left, &right, value)) {
        expr_fold(value);
        return true;
    }
    *value = expr_of_number(0);
    if (left.kind == EXPR_NUMBER && right.kind == EXPR_NUMBER &&
        compute(expr->tree->operation, left.number, right.number, &value->number))
        return true;
    as_error_at(as, place, "this expression cannot be computed, not even by the linker");
    return false;
}

bool expr_final(struct as *as, const struct expr *expr, struct place place, struct expr *value)
{
    struct expr left, right;
    switch (expr->kind) {
    case EXPR_SYMBOL:
        return final_symbol(as, expr, place, value);
    case EXPR_DIFFERENCE:
        left = expr_of_symbol(expr->add, expr->number);
        right = expr_of_symbol(expr->sub, 0);
        if (!final_symbol(as, &left, place, &left) || !final_symbol(as, &right, place, &right))
            return false;
        *value = expr_of_number(left.number - right.number);
        return (left.kind == EXPR_NUMBER && right.kind == EXPR_NUMBER) ||
               join(SUBTRACT, &left, &right, value);
    case EXPR_TREE:
        return final_tree(as, expr, place, value);
    case EXPR_NONE:
    case EXPR_NUMBER:
    case EXPR_REGISTER:
        *value = *expr;
        return true;
    }
    return false;
}
