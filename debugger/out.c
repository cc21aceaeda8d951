/* Answers: text as it comes, or one object of JSON. */
#define _GNU_SOURCE
#include "out.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void out_open(struct out *out, FILE *file, bool is_json, bool has_color)
{
    *out = (struct out){.file = file, .is_json = is_json, .has_color = has_color && !is_json};
}

const char *out_color(const struct out *out, enum color color)
{
    static const char *const codes[] = {
        [COLOR_PLAIN] = "\033[0m",  [COLOR_USER] = "\033[32m", [COLOR_KERNEL] = "\033[36m",
        [COLOR_VMM] = "\033[1;35m", [COLOR_DIM] = "\033[2m",   [COLOR_WARN] = "\033[33m",
    };
    return out->has_color ? codes[color] : "";
}

const char *out_plain(const struct out *out)
{
    return out_color(out, COLOR_PLAIN);
}

/* A string of JSON: control characters and bytes that are no UTF-8 of their own are escaped. */
static void put_string(FILE *file, const char *text, size_t size)
{
    fputc('"', file);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            fprintf(file, "\\%c", c);
        else if (c == '\n')
            fputs("\\n", file);
        else if (c < 0x20 || c >= 0x7f)
            fprintf(file, "\\u%04x", c);
        else
            fputc(c, file);
    }
    fputc('"', file);
}

void out_begin(struct out *out)
{
    out->has_failed = false;
    out->facts_count = out->lines_count = 0;
    if (!out->is_json)
        return;
    out->facts = open_memstream(&out->facts_text, &out->facts_size);
    out->lines = open_memstream(&out->lines_text, &out->lines_size);
    out->console = open_memstream(&out->console_text, &out->console_size);
}

/* Console text ends with its line, so that what follows does not stand behind it. */
static void end_console_line(struct out *out)
{
    if (out->is_mid_line && !out->is_json)
        fputc('\n', out->file);
    out->is_mid_line = false;
}

bool out_end(struct out *out, const char *command)
{
    end_console_line(out);
    if (out->is_json && out->facts) {
        fclose(out->facts);
        fclose(out->lines);
        fclose(out->console);
        fprintf(out->file, "{\"command\":");
        put_string(out->file, command, strlen(command));
        fprintf(out->file, ",\"ok\":%s", out->has_failed ? "false" : "true");
        fwrite(out->facts_text, 1, out->facts_size, out->file);
        fprintf(out->file, ",\"text\":[%s]", out->lines_text);
        if (out->console_size) {
            fprintf(out->file, ",\"console\":");
            put_string(out->file, out->console_text, out->console_size);
        }
        fprintf(out->file, "}\n");
        free(out->facts_text);
        free(out->lines_text);
        free(out->console_text);
        out->facts = out->lines = out->console = NULL;
    }
    fflush(out->file);
    return !out->has_failed;
}

static void put_line(struct out *out, const char *text)
{
    if (!out->lines) {
        end_console_line(out);
        fprintf(out->file, "%s\n", text);
        return;
    }
    if (out->lines_count++)
        fputc(',', out->lines);
    put_string(out->lines, text, strlen(text));
}

__attribute__((format(printf, 1, 0))) static char *format_text(const char *format, va_list args)
{
    char *text;
    return vasprintf(&text, format, args) < 0 ? NULL : text;
}

void out_line(struct out *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = format_text(format, args);
    va_end(args);
    put_line(out, text ? text : "");
    free(text);
}

static void put_key(struct out *out, const char *key)
{
    fputc(',', out->facts);
    put_string(out->facts, key, strlen(key));
    fputc(':', out->facts);
}

void out_fact(struct out *out, const char *key, const char *format, ...)
{
    if (!out->facts)
        return;
    va_list args;
    va_start(args, format);
    char *text = format_text(format, args);
    va_end(args);
    put_key(out, key);
    put_string(out->facts, text ? text : "", text ? strlen(text) : 0);
    free(text);
}

void out_hex(struct out *out, const char *key, uint64_t value)
{
    out_fact(out, key, "0x%" PRIx64, value);
}

void out_count(struct out *out, const char *key, uint64_t value)
{
    if (!out->facts)
        return;
    put_key(out, key);
    fprintf(out->facts, "%" PRIu64, value);
}

bool out_fail(struct out *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = format_text(format, args);
    va_end(args);
    out->has_failed = true;
    out_fact(out, "error", "%s", text ? text : "no memory");
    if (!out->is_json) {
        end_console_line(out);
        fflush(out->file);
        fprintf(stderr, "error: %s\n", text ? text : "no memory");
    }
    free(text);
    return false;
}

void out_console(struct out *out, uint8_t byte)
{
    if (out->is_json) {
        if (out->console)
            fputc(byte, out->console);
        return;
    }
    fputc(byte, out->file);
    out->is_mid_line = byte != '\n';
}
