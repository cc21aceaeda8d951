/* Directives about symbols. */
#include <elf.h>
#include <string.h>

#include "directive.h"

static struct symbol *read_symbol(struct as *as)
{
    struct text name;
    scan_spaces(as);
    if (scan_symbol_name(as, &name))
        return symbol_get(as, name);
    as_error(as, as->at, "the name of a symbol is needed here");
    return NULL;
}

/* .globl, .local, .weak NAME, ... */
void symboling_bind(struct as *as, int bind)
{
    do {
        struct symbol *symbol = read_symbol(as);
        if (!symbol)
            return;
        symbol->is_local |= bind == STB_LOCAL;
        if (bind != STB_GLOBAL || symbol->bind != STB_WEAK)
            symbol->bind = (uint8_t)bind;
    } while (directive_more(as));
}

void symboling_visibility(struct as *as, int visibility)
{
    do {
        struct symbol *symbol = read_symbol(as);
        if (!symbol)
            return;
        symbol->visibility = (uint8_t)visibility;
    } while (directive_more(as));
}

void symboling_variant(struct as *as, int argument)
{
    (void)argument;
    struct symbol *symbol = read_symbol(as);
    if (symbol)
        symbol->is_variant = true;
}

/* .set, .equ NAME, EXPRESSION; .equiv: of a name that is new */
void symboling_set(struct as *as, int is_new)
{
    struct expr expr;
    scan_spaces(as);
    const char *at = as->at;
    struct symbol *symbol = read_symbol(as);
    if (!symbol)
        return;
    if (!directive_more(as)) {
        as_error(as, as->at, "a comma and a value are needed here");
        return;
    }
    if (is_new && symbol_is_defined(symbol))
        as_error(as, at, "%s is defined already", symbol->name);
    else if (expr_parse(as, &expr))
        symbol_assign(as, symbol, &expr, at);
}

/* Room in .bss that nobody else sees. */
static void allocate(struct as *as, struct symbol *symbol, uint64_t size, uint64_t align)
{
    struct section *before = as->section, *bss = section_get(as, ".bss");
    as->section = bss;
    unsigned log = (unsigned)__builtin_ctzll(align ? align : 1);
    if (bss->align < log)
        bss->align = (uint8_t)log;
    if (log) {
        struct frag *frag = section_tail(as, TAIL_ALIGN);
        frag->align = (uint8_t)log;
    }
    symbol_define_here(as, symbol);
    struct frag *room = section_tail(as, TAIL_SPACE);
    room->expr = expr_of_number((int64_t)size);
    room->fill_size = 1;
    as->section = before;
    struct expr *copy = arena_alloc(&as->arena, sizeof *copy);
    *copy = expr_of_number((int64_t)size);
    symbol->size = copy;
    symbol->type = STT_OBJECT;
}

/* The size and alignment after a name. False: it has said what is wrong. */
static bool read_extent(struct as *as, int64_t *size, int64_t *align)
{
    if (!directive_more(as)) {
        as_error(as, as->at, "a comma and a size are needed here");
        return false;
    }
    scan_spaces(as);
    const char *at = as->at;
    if (!expr_number(as, size) || (directive_more(as) && !expr_number(as, align)))
        return false;
    if (*size >= 0 && *align >= 0 && !(*align & (*align - 1)))
        return true;
    as_error(as, at, "a size, and a power of two to align to, are needed here");
    return false;
}

/* What something of a size is aligned to where nobody says more. */
static uint64_t natural_align(int64_t size, uint64_t most)
{
    uint64_t align = 1;
    while (align < most && (int64_t)align * 2 <= size)
        align *= 2;
    return align;
}

/* .comm NAME, SIZE [, ALIGN]; .lcomm */
void symboling_common(struct as *as, int is_local)
{
    int64_t size, align = 0;
    struct symbol *symbol = read_symbol(as);
    if (!symbol || !read_extent(as, &size, &align))
        return;
    if (symbol_is_defined(symbol) && !symbol->is_common) {
        as_error(as, as->line, "%s is defined already, in line %u", symbol->name,
                 symbol->place.line);
        return;
    }
    uint64_t wanted = (uint64_t)align;
    if (is_local || symbol->is_local) {
        allocate(as, symbol, (uint64_t)size,
                 align ? wanted : natural_align(size, is_local ? 8 : 1));
        return;
    }
    symbol->is_common = true;
    symbol->bind = STB_GLOBAL;
    symbol->type = STT_OBJECT;
    symbol->common_size = (uint64_t)size;
    symbol->common_align = align ? wanted : natural_align(size, 16);
}

void symboling_size(struct as *as, int argument)
{
    struct expr *expr = arena_alloc(&as->arena, sizeof *expr);
    (void)argument;
    struct symbol *symbol = read_symbol(as);
    if (!symbol)
        return;
    if (!directive_more(as))
        as_error(as, as->at, "a comma and a size are needed here");
    else if (expr_parse(as, expr))
        symbol->size = expr;
}

void symboling_type(struct as *as, int argument)
{
    static const struct {
        const char *name, *constant;
        uint8_t type;
    } types[] = {
        {"function", "STT_FUNC", STT_FUNC},
        {"object", "STT_OBJECT", STT_OBJECT},
        {"tls_object", "STT_TLS", STT_TLS},
        {"notype", "STT_NOTYPE", STT_NOTYPE},
        {"common", "STT_COMMON", STT_COMMON},
        {"gnu_indirect_function", "STT_GNU_IFUNC", STT_GNU_IFUNC},
    };
    struct text name = {"", 0};
    (void)argument;
    struct symbol *symbol = read_symbol(as);
    if (!symbol)
        return;
    directive_more(as);
    scan_spaces(as);
    const char *at = as->at;
    if (*as->at == '@' || *as->at == '%' || *as->at == '#')
        as->at++;
    if (*as->at == '"')
        scan_string(as, &name);
    else
        scan_name(as, &name);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (text_is(name, types[i].name) || text_is(name, types[i].constant)) {
            symbol->type = types[i].type;
            return;
        }
    as_error(as, at, "a type such as @function or @object is needed here");
}
