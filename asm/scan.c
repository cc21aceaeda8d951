/* Pieces of a line: spaces, names, strings. A statement ends at a semicolon, a comment or the
 * line's end; comments in the style of C are blanks by now (source.c). */
#include <string.h>

#include "as.h"

/* What a character may be in a name: 1, it begins one; 2, it goes on with one. */
static const uint8_t name_class[256] = {
    ['a' ... 'z'] = 3, ['A' ... 'Z'] = 3, ['_'] = 3,         ['.'] = 3,
    ['$'] = 3,         ['0' ... '9'] = 2, [128 ... 255] = 3,
};

bool is_name_start(char c)
{
    return name_class[(unsigned char)c] & 1;
}

bool is_name_char(char c)
{
    return name_class[(unsigned char)c];
}

void scan_spaces(struct as *as)
{
    while (*as->at == ' ' || *as->at == '\t' || *as->at == '\r' || *as->at == '\f')
        as->at++;
}

bool scan_end(struct as *as)
{
    scan_spaces(as);
    return as->at >= as->line_end || *as->at == ';' || *as->at == '#' ||
           (as->at[0] == '/' && as->at[1] == '/');
}

bool scan_char(struct as *as, char wanted)
{
    scan_spaces(as);
    if (as->at >= as->line_end || *as->at != wanted)
        return false;
    as->at++;
    return true;
}

bool scan_name(struct as *as, struct text *name)
{
    scan_spaces(as);
    const char *at = as->at;
    if (at >= as->line_end || !is_name_start(*at))
        return false;
    while (at < as->line_end && is_name_char(*at))
        at++;
    *name = (struct text){as->at, (size_t)(at - as->at)};
    as->at = at;
    return true;
}

bool scan_word(struct as *as, struct text *word)
{
    if (scan_end(as))
        return false;
    const char *at = as->at;
    while (at < as->line_end && !strchr(" \t\r,;#", *at))
        at++;
    *word = (struct text){as->at, (size_t)(at - as->at)};
    as->at = at;
    return word->size;
}

/* Up to three octal digits, or any number of hexadecimal ones of which the last two count. */
static char unescape_number(const char **at, const char *end, unsigned base)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    unsigned value = 0;
    for (int count = 0; *at < end && (base == 16 || count < 3); count++) {
        const char *digit = **at ? strchr(digits, **at) : NULL;
        unsigned worth = digit ? (unsigned)(digit - digits) : base;
        worth -= worth > 15 ? 6 : 0; /* capitals */
        if (!digit || worth >= base)
            break;
        value = value * base + worth;
        (*at)++;
    }
    return (char)value;
}

/* One character after a backslash, `*at` on it. */
static char unescape(const char **at, const char *end)
{
    static const char from[] = "bfnrtv\\\"'", to[] = "\b\f\n\r\t\v\\\"'";
    char c = **at;
    if (c >= '0' && c <= '7')
        return unescape_number(at, end, 8);
    (*at)++;
    if (c == 'x' || c == 'X')
        return unescape_number(at, end, 16);
    const char *found = c ? strchr(from, c) : NULL;
    return (char)(found ? to[found - from] : c);
}

bool scan_string(struct as *as, struct text *bytes)
{
    scan_spaces(as);
    if (as->at >= as->line_end || *as->at != '"')
        return false;
    const char *open = as->at++;
    char *copy = arena_alloc(&as->arena, (size_t)(as->line_end - as->at) + 1);
    size_t count = 0;
    while (as->at < as->line_end && *as->at != '"') {
        char c = *as->at++;
        bool is_escape = c == '\\' && as->at < as->line_end;
        copy[count++] = (char)(is_escape ? unescape(&as->at, as->line_end) : c);
    }
    if (as->at >= as->line_end) {
        as_error(as, open, "this string has no closing quote");
        return false;
    }
    as->at++;
    *bytes = (struct text){copy, count};
    return true;
}

bool scan_symbol_name(struct as *as, struct text *name)
{
    scan_spaces(as);
    return *as->at == '"' ? scan_string(as, name) : scan_name(as, name);
}
