/* The heart of every printf. A conversion is parsed into a struct spec, its text is made in a
 * small buffer, and pad() puts that text on its side of the field. */
#include "format.h"

#include <stdbool.h>
#include <stdint.h>

#include "string.h"

struct spec {
    bool left, zero, is_long;
    unsigned width;
};

struct output {
    void (*put)(void *sink, char c);
    void *sink;
};

static void repeat(const struct output *out, char c, unsigned n)
{
    while (n--)
        out->put(out->sink, c);
}

static void pad(const struct output *out, const struct spec *spec, const char *text, size_t n)
{
    unsigned gap = n < spec->width ? spec->width - (unsigned)n : 0;
    if (!spec->left)
        repeat(out, spec->zero ? '0' : ' ', gap);
    for (size_t i = 0; i < n; i++)
        out->put(out->sink, text[i]);
    if (spec->left)
        repeat(out, ' ', gap);
}

static void number(const struct output *out, const struct spec *spec, uint64_t value, unsigned base,
                   bool negative)
{
    char text[24];
    char *p = text + sizeof text;
    do {
        *--p = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (negative)
        *--p = '-';
    pad(out, spec, p, (size_t)(text + sizeof text - p));
}

static const char *parse(struct spec *spec, const char *text)
{
    *spec = (struct spec){0};
    for (; *text == '-' || *text == '0'; text++) {
        if (*text == '-')
            spec->left = true;
        else
            spec->zero = true;
    }
    for (; *text >= '0' && *text <= '9'; text++)
        spec->width = spec->width * 10 + (unsigned)(*text - '0');
    for (; *text == 'l'; text++)
        spec->is_long = true;
    return text;
}

void format(void (*put)(void *sink, char c), void *sink, const char *text, va_list arguments)
{
    struct output out = {put, sink};
    for (; *text; text++) {
        if (*text != '%') {
            put(sink, *text);
            continue;
        }
        struct spec spec;
        text = parse(&spec, text + 1);
        switch (*text) {
        case 'd': {
            int64_t value = spec.is_long ? va_arg(arguments, long) : va_arg(arguments, int);
            uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
            number(&out, &spec, size, 10, value < 0);
            break;
        }
        case 'u':
        case 'x': {
            uint64_t value =
                spec.is_long ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned);
            number(&out, &spec, value, *text == 'u' ? 10 : 16, false);
            break;
        }
        case 's': {
            const char *s = va_arg(arguments, const char *);
            pad(&out, &spec, s, strlen(s));
            break;
        }
        case 'c': {
            char c = (char)va_arg(arguments, int);
            pad(&out, &spec, &c, 1);
            break;
        }
        case 0:
            return;
        default:
            put(sink, *text);
        }
    }
}
