/* Pieces of a line: spaces, names, strings. A statement ends at a semicolon, a comment or the
 * line's end; comments in the style of C are blanks by now (source.c). */
#include <ctype.h>
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

/* One character after a backslash, `*at` on it; up to three octal digits, or any number of
 * hexadecimal ones of which the last two count. */
static char unescape(const char **at, const char *end)
{
    static const char from[] = "bfnrtv\\\"'", to[] = "\b\f\n\r\t\v\\\"'";
    unsigned value = 0;
    char c = *(*at)++;
    if (c >= '0' && c <= '7') {
        value = (unsigned)(c - '0');
        for (int i = 0; i < 2 && *at < end && **at >= '0' && **at <= '7'; i++)
            value = value * 8 + (unsigned)(*(*at)++ - '0');
        return (char)value;
    }
    if (c == 'x' || c == 'X') {
        while (*at < end && isxdigit((unsigned char)**at)) {
            char digit = *(*at)++;
            value = value * 16 + (unsigned)(isdigit((unsigned char)digit)
                                                ? digit - '0'
                                                : tolower((unsigned char)digit) - 'a' + 10);
        }
        return (char)value;
    }
    const char *found = c ? strchr(from, c) : NULL;
    return found ? to[found - from] : c;
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
        copy[count++] = c == '\\' && as->at < as->line_end ? unescape(&as->at, as->line_end) : c;
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
