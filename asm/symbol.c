/* Symbols: labels, numeric labels, and names that stand for expressions. */
#include <stdio.h>
#include <string.h>

#include "as.h"

struct symbol *symbol_new(struct as *as, const char *name)
{
    struct symbol *symbol = arena_alloc(&as->arena, sizeof *symbol);
    *symbol = (struct symbol){.name = name, .place = as->place};
    if (as->last_symbol)
        as->last_symbol->next = symbol;
    else
        as->symbols = symbol;
    as->last_symbol = symbol;
    return symbol;
}

struct symbol *symbol_get(struct as *as, struct text name)
{
    struct symbol *symbol = table_find(&as->symbol_names, name);
    if (symbol)
        return symbol;
    char *copy = arena_text(&as->arena, name);
    symbol = symbol_new(as, copy);
    *table_at(&as->symbol_names, (struct text){copy, name.size}) = symbol;
    return symbol;
}

bool symbol_is_defined(const struct symbol *symbol)
{
    return symbol->section || symbol->expr || symbol->is_common;
}

uint64_t symbol_address(const struct symbol *symbol)
{
    return symbol->value + (symbol->frag ? symbol->frag->address : 0);
}

static void put_here(struct as *as, struct symbol *symbol)
{
    as->section->is_used = true;
    symbol->section = as->section;
    symbol->frag = as->section->last;
    symbol->value = section_here(as);
    symbol->place = as->place;
}

bool symbol_define_here(struct as *as, struct symbol *symbol)
{
    if (symbol_is_defined(symbol) && !symbol->is_variable)
        return false;
    put_here(as, symbol);
    return true;
}

void symbol_label(struct as *as, struct text name, const char *at)
{
    struct symbol *symbol = symbol_get(as, name);
    if (!symbol_define_here(as, symbol)) {
        as_error(as, at, "%s is defined already, in line %u", symbol->name, symbol->place.line);
        return;
    }
}

struct symbol *symbol_here(struct as *as, const char *name)
{
    struct symbol *symbol = symbol_new(as, name);
    symbol->is_local = true;
    put_here(as, symbol);
    return symbol;
}

/* How often the numeric label was defined so far. */
static uint32_t *count_of(struct as *as, uint64_t number)
{
    enum { SMALL = sizeof as->locals / sizeof *as->locals };
    if (number < SMALL)
        return &as->locals[number];
    char key[24];
    int size = snprintf(key, sizeof key, "%llu", (unsigned long long)number);
    struct text name = {key, (size_t)size};
    uint32_t *count = table_find(&as->many_locals, name);
    if (count)
        return count;
    count = arena_alloc(&as->arena, sizeof *count);
    *table_at(&as->many_locals, (struct text){arena_text(&as->arena, name), name.size}) = count;
    return count;
}

/* The symbol of one of the definitions of a numeric label; GNU as's name for it. */
static struct symbol *numbered(struct as *as, uint64_t number, uint32_t instance)
{
    char name[48];
    int size = snprintf(name, sizeof name, ".L%llu\002%u", (unsigned long long)number, instance);
    struct symbol *symbol = symbol_get(as, (struct text){name, (size_t)size});
    symbol->is_local = true;
    return symbol;
}

void symbol_number_label(struct as *as, uint64_t number)
{
    uint32_t *count = count_of(as, number);
    put_here(as, numbered(as, number, ++*count));
}

struct symbol *symbol_number_ref(struct as *as, uint64_t number, bool is_forward)
{
    uint32_t count = *count_of(as, number);
    if (!is_forward && !count)
        return NULL;
    return numbered(as, number, count + is_forward);
}

/* `symbol` is where `base` is, and is what that is as far as nothing else was said. */
static void put_beside(struct symbol *symbol, const struct symbol *base, int64_t offset)
{
    symbol->section = base->section;
    symbol->frag = base->frag;
    symbol->value = base->value + (uint64_t)offset;
    symbol->type = symbol->type ? symbol->type : base->type;
    symbol->size = symbol->size ? symbol->size : base->size;
}

static void settle(struct as *as, struct symbol *symbol)
{
    struct expr value;
    if (!expr_final(as, symbol->expr, symbol->place, &value))
        return;
    expr_fold(&value);
    if (value.kind == EXPR_NUMBER) {
        symbol->section = &as->absolute;
        symbol->value = (uint64_t)value.number;
    } else if (value.kind == EXPR_SYMBOL && value.add->section) {
        put_beside(symbol, value.add, value.number);
    } else {
        return; /* of something that another file defines: uses are uses of that */
    }
    symbol->expr = NULL;
}

void symbol_settle_all(struct as *as)
{
    for (struct symbol *symbol = as->symbols; symbol; symbol = symbol->next)
        if (symbol->expr)
            settle(as, symbol);
}

void symbol_assign(struct as *as, struct symbol *symbol, const struct expr *expr, const char *at)
{
    int64_t number;
    if (symbol_is_defined(symbol) && !symbol->is_variable) {
        as_error(as, at, "%s is defined already, in line %u", symbol->name, symbol->place.line);
        return;
    }
    symbol->is_variable = true;
    symbol->place = as->place;
    symbol->section = NULL;
    symbol->frag = NULL;
    symbol->expr = NULL;
    symbol->value = 0;
    if (expr_number_soft(as, expr, &number)) {
        symbol->section = &as->absolute;
        symbol->value = (uint64_t)number;
    } else if (expr->kind == EXPR_SYMBOL && expr->add->section) {
        put_beside(symbol, expr->add, expr->number);
    } else {
        struct expr *copy = arena_alloc(&as->arena, sizeof *copy);
        *copy = *expr;
        symbol->expr = copy;
    }
}
