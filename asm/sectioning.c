/* Directives that choose the section. */
#include <elf.h>
#include <stdio.h>
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

/* Gives a new section what its name says. False: it had a type already. */
static bool begin(struct section *section)
{
    if (section->type != SHT_NULL)
        return false;
    section->type = SHT_PROGBITS;
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (is_of(section->name, special[i].name)) {
            section->type = special[i].type;
            section->flags = special[i].flags;
            break;
        }
    return true;
}

struct section *sectioning_get(struct as *as, const char *name, bool *is_new)
{
    struct section *section = section_get(as, name);
    *is_new = begin(section);
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
    bool has_flags, has_type, is_comdat;
    struct text group, beside;
};

static bool read_flags(struct as *as, struct text text, struct wish *wish)
{
    static const char letters[] = "awxMSTeGoR";
    static const uint64_t bits[] = {SHF_ALLOC,      SHF_WRITE,     SHF_EXECINSTR, SHF_MERGE,
                                    SHF_STRINGS,    SHF_TLS,       SHF_EXCLUDE,   SHF_GROUP,
                                    SHF_LINK_ORDER, SHF_GNU_RETAIN};
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

static bool read_section_name(struct as *as, struct text *name)
{
    scan_spaces(as);
    return *as->at == '"' ? scan_string(as, name) : scan_word(as, name);
}

/* What the flags M, o and G ask for: an entry's size, a symbol of another section, a group. */
static bool read_flag_values(struct as *as, struct wish *wish)
{
    struct text word;
    if (wish->flags & SHF_MERGE && directive_more(as) && !expr_number(as, &wish->entry_size))
        return false;
    bool has_beside = !(wish->flags & SHF_LINK_ORDER) ||
                      (directive_more(as) && scan_symbol_name(as, &wish->beside));
    bool has_group =
        !(wish->flags & SHF_GROUP) || (directive_more(as) && read_section_name(as, &wish->group));
    if (!has_beside || !has_group) {
        as_error(as, as->at,
                 has_beside ? "flag G wants the name of a group here"
                            : "flag o wants a symbol of another section here");
        return false;
    }
    if (!wish->group.size || !directive_more(as))
        return true;
    const char *at = as->at;
    wish->is_comdat = scan_name(as, &word) && text_is(word, "comdat");
    if (!wish->is_comdat)
        as_error(as, at, "only comdat can stand here");
    return wish->is_comdat;
}

/* Everything after the name: [, "FLAGS" [, @TYPE [, ENTRY SIZE] [, SYMBOL] [, GROUP [, comdat]]]]
 */
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
    bool wants_more = wish->flags & (SHF_LINK_ORDER | SHF_GROUP);
    if (!directive_more(as) && !wants_more)
        return true;
    return read_type(as, wish) && read_flag_values(as, wish);
}

static struct group *group_get(struct as *as, struct text name, bool is_comdat)
{
    struct group *group = table_find(&as->group_names, name);
    if (group)
        return group;
    group = arena_alloc(&as->arena, sizeof *group);
    *group = (struct group){.name = arena_text(&as->arena, name), .is_comdat = is_comdat};
    *table_at(&as->group_names, (struct text){group->name, name.size}) = group;
    if (as->last_group)
        as->last_group->next = group;
    else
        as->groups = group;
    return as->last_group = group;
}

/* The section of a name, and of a group and beside a symbol if these are asked for. */
static struct section *find_wished(struct as *as, struct text name, const struct wish *wish,
                                   bool *is_new)
{
    size_t room = name.size + wish->group.size + wish->beside.size + 3;
    char *key = arena_alloc(&as->arena, room);
    int size = snprintf(key, room, "%.*s", (int)name.size, name.at);
    const char *own_name = arena_text(&as->arena, name);
    if (wish->group.size || wish->beside.size)
        size = snprintf(key, room, "%s\1%.*s\1%.*s", own_name, (int)wish->group.size,
                        wish->group.size ? wish->group.at : "", (int)wish->beside.size,
                        wish->beside.size ? wish->beside.at : "");
    struct section *section = section_of_key(as, (struct text){key, (size_t)size}, own_name);
    *is_new = begin(section);
    if (*is_new && wish->group.size)
        section->group = group_get(as, wish->group, wish->is_comdat);
    if (*is_new && wish->beside.size)
        section->beside = symbol_get(as, wish->beside);
    return section;
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
    if (!read_section_name(as, &name)) {
        as_error(as, at, "the name of a section is needed here");
        return;
    }
    if (pushes && as->pushes == DEEPEST) {
        as_error(as, at, "more than %d sections are pushed", DEEPEST);
        return;
    }
    if (!read_wish(as, &wish))
        return;
    struct section *section = find_wished(as, name, &wish, &is_new);
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
