/* ISA strings: from text to a set of extensions and back. */
#include "isa.h"

#include <string.h>

/* In the canonical order of the ISA manual, 27.11. */
static const struct part {
    const char *name;
    enum ext ext;
} parts[] = {
    {"i", EXT_I},           {"m", EXT_M},         {"a", EXT_A},
    {"f", EXT_F},           {"d", EXT_D},         {"c", EXT_C},
    {"zicntr", EXT_Zicntr}, {"zicsr", EXT_Zicsr}, {"zifencei", EXT_Zifencei},
    {"zba", EXT_Zba},       {"zbb", EXT_Zbb},     {"sstc", EXT_Sstc},
    {"svade", EXT_Svade},   {"svadu", EXT_Svadu},
};
enum { PARTS = sizeof parts / sizeof *parts };

/* Strings are case insensitive (ISA 27.1). */
static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

static bool starts_with(const char *text, const char *name)
{
    while (*name && lower(*text) == *name)
        text++, name++;
    return !*name;
}

static const struct part *find_part(const char *text, size_t length)
{
    for (size_t i = 0; i < PARTS; i++)
        if (strlen(parts[i].name) == length && starts_with(text, parts[i].name))
            return &parts[i];
    return NULL;
}

/* S and U among the letters, as some tools write them: no extensions, and every hart has them. */
static bool is_mode(const char *at)
{
    bool is_s = lower(*at) == 's' && at[-1] != '_' && !find_part(at, strcspn(at, "_"));
    return is_s || lower(*at) == 'u';
}

static size_t part_length(const char *at)
{
    bool is_long = lower(*at) == 'z' || lower(*at) == 's';
    return is_long && !is_mode(at) ? strcspn(at, "_") : 1;
}

bool isa_parse(const char *text, isa_t *isa, const char **wrong)
{
    *wrong = text;
    if (starts_with(text, "toy") && !text[3]) {
        *isa = ISA_TOY;
        return true;
    }
    if (!starts_with(text, "rv64i") && !starts_with(text, "rv64g"))
        return false;
    /* Privileged software cannot live without CSRs, so every profile has them. */
    isa_t found = ISA(S) | ISA(MM) | ISA(Zicsr) | ISA(Zicntr) | ISA(Zicclsm);
    bool is_general = lower(text[4]) == 'g';
    if (is_general)
        found |= ISA_G;
    for (const char *at = text + 4 + is_general; *at;) {
        *wrong = at;
        at += *at == '_';
        const struct part *part = find_part(at, part_length(at));
        if (!part && !is_mode(at))
            return false;
        found |= part ? (isa_t)1 << part->ext : 0;
        at += part_length(at);
    }
    if (found & ISA(D)) /* which builds on F (ISA 12) */
        found |= ISA(F);
    *isa = found;
    return true;
}

void isa_print(isa_t isa, char *text, size_t size)
{
    size_t used = 0;
    const char *prefix = "rv64";
    for (size_t i = 0; i <= PARTS; i++) {
        for (; *prefix && used + 1 < size; prefix++)
            text[used++] = *prefix;
        if (i == PARTS || !isa_has(isa, parts[i].ext))
            continue;
        if (parts[i].name[1] && used + 1 < size)
            text[used++] = '_';
        prefix = parts[i].name;
        for (; *prefix && used + 1 < size; prefix++)
            text[used++] = *prefix;
    }
    if (size)
        text[used] = 0;
}

const char *isa_ext_name(enum ext ext)
{
    for (size_t i = 0; i < PARTS; i++)
        if (parts[i].ext == ext)
            return parts[i].name;
    return "";
}

uint64_t isa_misa(isa_t isa)
{
    uint64_t misa = (uint64_t)2 << 62;
    for (size_t i = 0; i < PARTS; i++)
        if (isa_has(isa, parts[i].ext) && !parts[i].name[1])
            misa |= (uint64_t)1 << (parts[i].name[0] - 'a');
    if (isa_has(isa, EXT_S))
        misa |= (uint64_t)1 << ('s' - 'a') | (uint64_t)1 << ('u' - 'a');
    return misa;
}
