/* Directives that choose the section. */
#include <elf.h>
#include <string.h>

#include "directive.h"

/* What sections are by their names (gABI, "Special Sections"); .NAME.more is as .NAME. */
static const struct {
    const char *name;
    uint32_t type;
    uint64_t flags;
} special[] = {
    {".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR},
    {".init", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR},
    {".fini", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR},
    {".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE},
    {".data1", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE},
    {".sdata", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE},
    {".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE},
    {".sbss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE},
    {".rodata", SHT_PROGBITS, SHF_ALLOC},
    {".rodata1", SHT_PROGBITS, SHF_ALLOC},
    {".srodata", SHT_PROGBITS, SHF_ALLOC},
    {".eh_frame", SHT_PROGBITS, SHF_ALLOC},
    {".tdata", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE | SHF_TLS},
    {".tbss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE | SHF_TLS},
    {".init_array", SHT_INIT_ARRAY, SHF_ALLOC | SHF_WRITE},
    {".fini_array", SHT_FINI_ARRAY, SHF_ALLOC | SHF_WRITE},
    {".preinit_array", SHT_PREINIT_ARRAY, SHF_ALLOC | SHF_WRITE},
    {".note.GNU-stack", SHT_PROGBITS, 0},
    {".note", SHT_NOTE, 0},
};

static bool is_of(const char *name, const char *family)
{
    size_t length = strlen(family);
    return strncmp(name, family, length) == 0 && (!name[length] || name[length] == '.');
}

struct section *sectioning_get(struct as *as, const char *name, bool *is_new)
{
    struct section *section = section_get(as, name);
    *is_new = section->type == SHT_NULL;
    if (!*is_new)
        return section;
    section->type = SHT_PROGBITS;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (is_of(name, special[i].name)) {
            section->type = special[i].type;
            section->flags = special[i].flags;
            break;
        }
    return section;
}

/* .text, .data, .bss, .rodata */
void sectioning_fixed(struct as *as, int which)
{
    static const char *const names[] = {".text", ".data", ".bss", ".rodata"};
    bool is_new;
    int64_t number = 0;
    if (!scan_end(as) && expr_number(as, &number) && number)
        as_error(as, as->line, "Trapeze has no numbered subsections");
    section_enter(as, sectioning_get(as, names[which], &is_new));
}

struct wish {
    uint32_t type;
    uint64_t flags;
    int64_t entry_size;
    bool has_flags, has_type;
};

static bool read_flags(struct as *as, struct text text, struct wish *wish)
{
    static const char letters[] = "awxMSTe"; /* groups and link order are not for assembly */
    static const uint64_t bits[] = {SHF_ALLOC,   SHF_WRITE, SHF_EXECINSTR, SHF_MERGE,
                                    SHF_STRINGS, SHF_TLS,   SHF_EXCLUDE};
    for (size_t i = 0; i < text.size; i++) {
        const char *letter = text.at[i] ? strchr(letters, text.at[i]) : NULL;
        if (!letter) {
            as_error(as, as->at, "'%c' is no flag of a section: they are %s", text.at[i], letters);
            return false;
        }
        wish->flags |= bits[letter - letters];
    }
    wish->has_flags = true;
    return true;
}

static bool read_type(struct as *as, struct wish *wish)
{
    static const struct {
        const char *name;
        uint32_t type;
    } types[] = {
        {"progbits", SHT_PROGBITS},
        {"nobits", SHT_NOBITS},
        {"note", SHT_NOTE},
        {"init_array", SHT_INIT_ARRAY},
        {"fini_array", SHT_FINI_ARRAY},
        {"preinit_array", SHT_PREINIT_ARRAY},
    };
    struct text name;
    scan_spaces(as);
    const char *at = as->at;
    if (*as->at == '@' || *as->at == '%')
        as->at++;
    if (!(*as->at == '"' ? scan_string(as, &name) : scan_name(as, &name))) {
        as_error(as, at, "the type of a section, such as @progbits, is needed here");
        return false;
    }
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (text_is(name, types[i].name)) {
            wish->type = types[i].type;
            wish->has_type = true;
            return true;
        }
    as_error(as, at, "'%.*s' is no type of a section", (int)name.size, name.at);
    return false;
}

/* Everything after the name: [, "FLAGS" [, @TYPE [, ENTRY SIZE]]] */
static bool read_wish(struct as *as, struct wish *wish)
{
    struct text flags;
    if (!directive_more(as))
        return true;
    scan_spaces(as);
    if (*as->at != '"')
        return read_type(as, wish);
    if (!scan_string(as, &flags) || !read_flags(as, flags, wish))
        return false;
    if (!directive_more(as))
        return true;
    if (!read_type(as, wish))
        return false;
    if (wish->flags & SHF_MERGE && directive_more(as) && !expr_number(as, &wish->entry_size))
        return false;
    return true;
}

/* The flags of a special name stay, and others come to them. */
static void grant(struct as *as, struct section *section, const struct wish *wish, bool is_new)
{
    if (!is_new) {
        bool differs = wish->has_flags && ((section->flags ^ wish->flags) & ~(uint64_t)SHF_ALLOC);
        if (differs && wish->flags)
            as_warning(as, as->line, "%s keeps the flags that it had", section->name);
        return;
    }
    if (wish->has_flags)
        section->flags |= wish->flags;
    if (wish->has_type)
        section->type = wish->type;
    section->entry_size = (uint64_t)wish->entry_size;
}

/* .section NAME ..., .pushsection NAME ... */
void sectioning_named(struct as *as, int pushes)
{
    enum { DEEPEST = sizeof as->pushed / sizeof *as->pushed };
    struct wish wish = {0};
    struct text name;
    bool is_new;
    scan_spaces(as);
    const char *at = as->at;
    if (*at == '"' ? !scan_string(as, &name) : !scan_word(as, &name)) {
        as_error(as, at, "the name of a section is needed here");
        return;
    }
    if (pushes && as->pushes == DEEPEST) {
        as_error(as, at, "more than %d sections are pushed", DEEPEST);
        return;
    }
    if (!read_wish(as, &wish))
        return;
    struct section *section = sectioning_get(as, arena_text(&as->arena, name), &is_new);
    grant(as, section, &wish, is_new);
    if (pushes) {
        as->pushed[as->pushes].section = as->section;
        as->pushed[as->pushes++].previous = as->previous;
    }
    section_enter(as, section);
}

void sectioning_previous(struct as *as, int argument)
{
    (void)argument;
    if (as->previous)
        section_enter(as, as->previous);
    else
        as_error(as, as->line, "there was no other section before");
}

void sectioning_pop(struct as *as, int argument)
{
    (void)argument;
    if (!as->pushes) {
        as_error(as, as->line, ".popsection without .pushsection");
        return;
    }
    as->section = as->pushed[--as->pushes].section;
    as->previous = as->pushed[as->pushes].previous;
}
