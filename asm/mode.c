/* The instruction set that is assembled for, .option, and the attributes that tell it to linkers.
 */
#include <ctype.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "directive.h"

/* Extensions in canonical order (ISA 27.11) with their ratified versions, and what each brings
 * with it, as far as GNU as 2.40 says so. */
static const struct known {
    const char *name, *version, *brings;
} known[] = {
    {"i", "2p1", NULL},           {"m", "2p0", "zmmul"},   {"a", "2p1", NULL},
    {"f", "2p2", "zicsr"},        {"d", "2p2", "f"},       {"c", "2p0", NULL},
    {"zicntr", "2p0", NULL},      {"zicsr", "2p0", NULL},  {"zifencei", "2p0", NULL},
    {"zihintpause", "2p0", NULL}, {"zmmul", "1p0", NULL},  {"zba", "1p0", NULL},
    {"zbb", "1p0", NULL},         {"zbc", "1p0", NULL},    {"zbs", "1p0", NULL},
    {"sstc", "1p0", NULL},        {"svadu", "1p0", NULL},  {"svinval", "1p0", NULL},
    {"svnapot", "1p0", NULL},     {"svpbmt", "1p0", NULL},
};
enum { KNOWN = sizeof known / sizeof *known };

/* The set of known extensions that a string names: bit i for known[i]. */
typedef uint32_t known_set;

static int find_known(struct text name)
{
    for (int i = 0; i < KNOWN; i++)
        if (text_is(name, known[i].name))
            return i;
    return -1;
}

/* Adds an extension and what it brings. */
static known_set with(known_set set, int which)
{
    set |= (known_set)1 << which;
    const char *brings = known[which].brings;
    return brings ? with(set, find_known((struct text){brings, strlen(brings)})) : set;
}

/* The name of the extension that a string goes on with, without its version; moves on over both. */
static struct text next_extension(const char **at)
{
    *at += **at == '_';
    struct text name = {*at, 0};
    bool is_long = **at == 'z' || **at == 's' || **at == 'x';
    while (isalpha((unsigned char)**at) && (is_long || name.size == 0))
        ++*at, name.size++;
    const char *end = *at;
    while (isdigit((unsigned char)*end))
        end++;
    if (end > *at && *end == 'p' && isdigit((unsigned char)end[1]))
        for (end++; isdigit((unsigned char)*end);)
            end++;
    *at = end;
    return name;
}

/* Reads a string such as rv64gc or rv64i2p1_m2p0. NULL: done; else where it cannot be taken. */
static const char *read_arch(const char *text, known_set *set)
{
    static const char general[] = "imafd";
    *set = 0;
    if (strncmp(text, "rv64", 4) != 0)
        return text;
    const char *at = text + 4;
    if (*at != 'i' && *at != 'g')
        return at;
    while (*at) {
        const char *start = at;
        struct text name = next_extension(&at);
        int which = find_known(name);
        if (text_is(name, "g")) {
            for (const char *letter = general; *letter; letter++)
                *set = with(*set, find_known((struct text){letter, 1}));
            *set = with(*set, find_known((struct text){"zifencei", 8}));
        } else if (which >= 0) {
            *set = with(*set, which);
        } else {
            return start;
        }
    }
    return NULL;
}

/* The canonical string of a set, with versions; the same text for the same set. */
static const char *arch_of(struct as *as, known_set set)
{
    char text[400] = "rv64";
    size_t used = 4;
    for (int i = 0; i < KNOWN; i++)
        if (set >> i & 1)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s", i ? "_" : "",
                                     known[i].name, known[i].version);
    struct text key = {text, used};
    for (struct arch_text *known_text = as->arch_texts; known_text; known_text = known_text->next)
        if (text_is(key, known_text->text))
            return known_text->text;
    struct arch_text *new_text = arena_alloc(&as->arena, sizeof *new_text);
    *new_text = (struct arch_text){as->arch_texts, arena_text(&as->arena, key)};
    as->arch_texts = new_text;
    return new_text->text;
}

/* The extensions of the machine that a set has; what has no letter is always there. */
static isa_t isa_of(known_set set)
{
    isa_t isa = 0;
    for (int ext = 0; ext < EXT_COUNT; ext++) {
        const char *name = isa_ext_name((enum ext)ext);
        int which = find_known((struct text){name, strlen(name)});
        if (!*name || (which >= 0 && set >> which & 1))
            isa |= (isa_t)1 << ext;
    }
    return isa;
}

static void set_mode(struct as *as, known_set set)
{
    as->mode.extensions = set;
    as->mode.isa = isa_of(set);
    as->mode.rvc = isa_has(as->mode.isa, EXT_C);
    as->mode.arch = arch_of(as, set);
    as->has_rvc |= as->mode.rvc;
}

bool mode_begin(struct as *as, const char *march)
{
    known_set set;
    const char *wrong = read_arch(march, &set);
    if (wrong)
        fprintf(as->messages, "trapeze as: --march: '%s' cannot be taken from '%s' on\n", march,
                wrong);
    else
        set_mode(as, set);
    const char *abi = as->options.mabi;
    enum { FLOAT_SINGLE = 2, FLOAT_DOUBLE = 4 };
    bool is_double = abi ? strcmp(abi, "lp64d") == 0 : isa_has(as->mode.isa, EXT_D);
    bool is_single = abi ? strcmp(abi, "lp64f") == 0 : isa_has(as->mode.isa, EXT_F);
    as->float_abi = is_double ? FLOAT_DOUBLE : is_single ? FLOAT_SINGLE : 0;
    return !wrong;
}

/* +EXT or -EXT, or a whole string. */
static void change_arch(struct as *as, const char *text, const char *at)
{
    known_set set = as->mode.extensions;
    const char *wrong = NULL;
    if (*text != '+' && *text != '-') {
        wrong = read_arch(text, &set);
    } else {
        const char *name_at = text + 1;
        int which = find_known(next_extension(&name_at));
        if (which < 0 || *name_at)
            wrong = text;
        else
            set = *text == '+' ? with(set, which) : set & ~((known_set)1 << which);
    }
    if (wrong)
        as_error(as, at, "'%s' is no instruction set, or no extension that Trapeze has", wrong);
    else
        set_mode(as, set);
}

static void option_arch(struct as *as)
{
    struct text text;
    while (directive_more(as)) {
        scan_spaces(as);
        const char *at = as->at;
        if (!scan_word(as, &text))
            as_error(as, at, "an instruction set is needed here");
        else
            change_arch(as, arena_text(&as->arena, text), at);
    }
}

/* .option push and pop. */
static void keep_mode(struct as *as, bool pushes, const char *at)
{
    enum { DEEPEST = sizeof as->modes / sizeof *as->modes };
    if (pushes && as->mode_depth < DEEPEST)
        as->modes[as->mode_depth++] = as->mode;
    else if (!pushes && as->mode_depth)
        as->mode = as->modes[--as->mode_depth];
    else
        as_error(as, at,
                 pushes ? ".option push is nested too deep" : ".option pop without .option push");
}

void mode_option(struct as *as, int argument)
{
    struct text word;
    (void)argument;
    scan_spaces(as);
    const char *at = as->at;
    if (!scan_word(as, &word))
        word = (struct text){"", 0};
    if (text_is(word, "rvc") || text_is(word, "norvc"))
        change_arch(as, text_is(word, "rvc") ? "+c" : "-c", at);
    else if (text_is(word, "relax") || text_is(word, "norelax"))
        as->mode.relax = text_is(word, "relax");
    else if (text_is(word, "pic") || text_is(word, "nopic"))
        as->mode.pic = text_is(word, "pic");
    else if (text_is(word, "csr-check") || text_is(word, "no-csr-check"))
        ; /* no CSR is refused, whatever writes it */
    else if (text_is(word, "arch"))
        option_arch(as);
    else if (text_is(word, "push") || text_is(word, "pop"))
        keep_mode(as, text_is(word, "push"), at);
    else
        as_error(as, at, "no option is called '%.*s'", (int)word.size, word.at);
}

/* Attributes (ELF psABI, "Attributes"): even tags have numbers, odd ones strings. */
enum { TAG_STACK_ALIGN = 4, TAG_ARCH = 5, TAG_UNALIGNED = 6, TAG_PRIV = 8, TAG_PRIV_MINOR = 10 };

static void set_attribute(struct as *as, unsigned tag, uint64_t value, const char *text)
{
    enum { MOST = sizeof as->attributes / sizeof *as->attributes };
    unsigned i = 0;
    while (i < as->attribute_count && as->attributes[i].tag != tag)
        i++;
    if (i == MOST) {
        as_error(as, as->line, "more than %d attributes", MOST);
        return;
    }
    as->attribute_count += i == as->attribute_count;
    as->attributes[i].tag = tag;
    as->attributes[i].value = value;
    as->attributes[i].text = text;
}

static bool read_tag(struct as *as, unsigned *tag)
{
    static const struct {
        const char *name;
        unsigned tag;
    } tags[] = {{"stack_align", TAG_STACK_ALIGN},    {"arch", TAG_ARCH},
                {"unaligned_access", TAG_UNALIGNED}, {"priv_spec", TAG_PRIV},
                {"priv_spec_minor", TAG_PRIV_MINOR}, {"priv_spec_revision", 12}};
    struct text name;
    int64_t number;
    if (scan_name(as, &name)) {
        if (name.size > 10 && strncmp(name.at, "Tag_RISCV_", 10) == 0)
            name = (struct text){name.at + 10, name.size - 10};
        for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
            if (text_is(name, tags[i].name)) {
                *tag = tags[i].tag;
                return true;
            }
        as_error(as, name.at, "no attribute is called '%.*s'", (int)name.size, name.at);
        return false;
    }
    *tag = expr_number(as, &number) && number > 0 && number < 1000 ? (unsigned)number : 0;
    return *tag;
}

void mode_attribute(struct as *as, int argument)
{
    unsigned tag;
    int64_t number;
    struct text text;
    (void)argument;
    scan_spaces(as);
    if (!read_tag(as, &tag))
        return;
    if (!directive_more(as)) {
        as_error(as, as->at, "a comma and a value are needed here");
    } else if (tag & 1) {
        scan_spaces(as);
        const char *at = as->at;
        if (*at != '"' || !scan_string(as, &text))
            as_error(as, at, "a string in double quotes is needed here");
        else if (tag == TAG_ARCH)
            change_arch(as, text.at, at);
        else
            set_attribute(as, tag, 0, text.at);
    } else if (expr_number(as, &number)) {
        set_attribute(as, tag, (uint64_t)number, NULL);
    }
}

static void put_uleb(struct as *as, uint64_t value)
{
    do {
        *section_more(as, 1) = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value);
}

static void put_attributes(struct as *as)
{
    for (unsigned tag = 1; tag < 1000; tag++)
        for (unsigned i = 0; i < as->attribute_count; i++) {
            const char *text = as->attributes[i].text;
            if (as->attributes[i].tag != tag || (!text && !as->attributes[i].value))
                continue;
            put_uleb(as, tag);
            if (text)
                memcpy(section_more(as, strlen(text) + 1), text, strlen(text) + 1);
            else
                put_uleb(as, as->attributes[i].value);
        }
}

static void put_length(struct section *section, size_t at, size_t length)
{
    for (unsigned i = 0; i < 4; i++)
        section->bytes[at + i] = (uint8_t)(length >> 8 * i);
}

/* Code that touches privileged state says which version of the manual it was written for; 1.11 is
 * what GNU as takes where nobody says more. */
void mode_finish(struct as *as)
{
    enum { SHT_ATTRIBUTES = 0x70000003, TAG_FILE = 1, HEADER = 11 };
    set_attribute(as, TAG_ARCH, 0, as->mode.arch);
    if (as->is_priv_used) {
        set_attribute(as, TAG_PRIV, 1, NULL);
        set_attribute(as, TAG_PRIV_MINOR, 11, NULL);
    }
    struct section *section = section_get(as, ".riscv.attributes");
    section->type = SHT_ATTRIBUTES;
    section->is_used = true;
    as->section = section;
    *section_more(as, 1) = 'A';
    section_more(as, 4);
    memcpy(section_more(as, 6), "riscv", 6);
    *section_more(as, 1) = TAG_FILE;
    section_more(as, 4);
    put_attributes(as);
    put_length(section, 1, section->count - 1);
    put_length(section, HEADER + 1, section->count - HEADER);
}
